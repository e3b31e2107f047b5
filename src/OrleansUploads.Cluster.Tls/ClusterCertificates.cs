using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Orleans.Connections.Security;
using OrleansUploads.Gateway;

namespace OrleansUploads.Cluster.Tls;

/// <summary>The certificates of a process in a cluster with TLS. The files are read again when they change; connections that are open
/// stay open. A renewal that cannot be loaded is reported, and the certificates from before it stay in use.</summary>
/// <remarks>Both sides of a connection verify the other's certificate against the cluster's authority only. Revocation lists are not
/// read; a certificate is withdrawn by its expiry or by a new authority.</remarks>
public sealed partial class ClusterCertificates
{
    private readonly TlsFiles _files;
    private readonly RenewableFiles<LoadedCertificates> _loaded;
    private readonly ILogger _log;

    /// <param name="files">The files.</param>
    /// <param name="isSilo">Whether the process acts as a silo or gateway, so that its certificate needs the name of the silos.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives an error if a renewal cannot be loaded.</param>
    /// <exception cref="InvalidDataException">The files cannot be used; the message says why.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be read.</exception>
    public ClusterCertificates(TlsFiles files, bool isSilo, TimeProvider time, ILogger<ClusterCertificates> log)
    {
        ArgumentNullException.ThrowIfNull(files);
        _files = files;
        _log = log;
        _loaded = new RenewableFiles<LoadedCertificates>(
            () => PemFiles.Read(files.Certificate, files.Key, files.Authority),
            contents => LoadedCertificates.Load(files, contents!, isSilo, time),
            time)
        {
            Reported = Report,
        };
    }

    /// <summary>Why the last renewal could not be loaded, or null.</summary>
    public string? Problem => _loaded.Problem;

    /// <summary>When the certificate that is in use expires.</summary>
    public DateTimeOffset ExpiresAt => new(_loaded.Current.Own.TargetCertificate.NotAfter.ToUniversalTime());

    /// <summary>Stands for the certificates that are in use. It is another object after each renewal.</summary>
    public object Version => Current;

    private LoadedCertificates Current => _loaded.Current;

    /// <summary>Whether a certificate is a silo's.</summary>
    public bool IsSilo(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.MatchesHostname(_files.SiloName, allowWildcards: false, allowCommonName: false);
    }

    /// <summary>Why the certificate of a peer is not valid, or null if it is.</summary>
    /// <param name="certificate">A certificate that was verified when the peer connected.</param>
    /// <param name="ignoresTime">Whether it may have expired.</param>
    public string? FindFlaw(X509Certificate2 certificate, bool ignoresTime)
    {
        // The certificate of a silo serves for both sides of a connection.
        var loaded = Current;
        return loaded.FindFlaw(certificate, isClient: true, ignoresTime) is { } flaw
            && loaded.FindFlaw(certificate, isClient: false, ignoresTime) is not null ? flaw : null;
    }

    /// <summary>How this process accepts connections.</summary>
    /// <param name="siloOnly">Whether only silos may connect.</param>
    public TlsOptions AcceptOptions(bool siloOnly) => new()
    {
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        LocalServerCertificateSelector = (_, _) => Current.Own.TargetCertificate,
        RemoteCertificateValidation = (certificate, _, errors) => errors == SslPolicyErrors.None && (!siloOnly || IsSilo(certificate)),
        OnAuthenticateAsServer = (_, options) =>
        {
            var loaded = Current;
            var tls = (SslServerAuthenticationOptions)options.SslServerAuthenticationOptions;
            tls.ServerCertificateSelectionCallback = null;
            tls.ServerCertificateContext = loaded.Own;
            tls.CertificateChainPolicy = loaded.PolicyFor(isClient: true);

            // A resumed session would not be verified again.
            tls.AllowTlsResume = false;
        },
    };

    /// <summary>How this process connects to a silo.</summary>
    public TlsOptions ConnectOptions() => new()
    {
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        RemoteCertificateValidation = (certificate, _, errors) => errors == SslPolicyErrors.None && IsSilo(certificate),
        OnAuthenticateAsClient = (_, options) =>
        {
            var loaded = Current;
            var tls = (SslClientAuthenticationOptions)options.SslClientAuthenticationOptions;
            tls.TargetHost = _files.SiloName;
            tls.ClientCertificateContext = loaded.Own;
            tls.CertificateChainPolicy = loaded.PolicyFor(isClient: false);
            tls.AllowTlsResume = false;
        },
    };

    private void Report(Exception? problem)
    {
        if (problem is null)
        {
            LogRenewed(_log, _files.Certificate);
        }
        else
        {
            LogNotRenewed(_log, problem.Message);
        }
    }

    [LoggerMessage(
        3020, LogLevel.Error, "The certificates for TLS cannot be renewed, and those that were read before stay in use: {Reason}")]
    private static partial void LogNotRenewed(ILogger log, string reason);

    [LoggerMessage(3021, LogLevel.Information, "The certificates for TLS in {Path} can be read again")]
    private static partial void LogRenewed(ILogger log, string path);
}
