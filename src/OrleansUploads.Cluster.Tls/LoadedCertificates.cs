using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OrleansUploads.Cluster.Tls;

/// <summary>One state of the files: the process's own certificate with its key, and the authority.</summary>
internal sealed class LoadedCertificates
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2Collection _roots = [];
    private readonly X509Certificate2Collection _intermediates = [];
    private readonly TimeProvider _time;

    private LoadedCertificates(X509Certificate2Collection authority, X509Certificate2 own, X509Certificate2Collection chain, TimeProvider time)
    {
        foreach (var certificate in authority)
        {
            var isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            (isRoot ? _roots : _intermediates).Add(certificate);
        }

        _time = time;
        Own = SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    /// <summary>The certificate that this process shows, with its key and the intermediate certificates that it sends.</summary>
    public SslStreamCertificateContext Own { get; }

    /// <summary>Loads the files; their contents are the certificate, the key and the authority. <paramref name="isServer"/>
    /// says whether the process accepts connections with the certificate, too.</summary>
    /// <exception cref="InvalidDataException">A file has no certificate or key, they do not belong together, or the
    /// process's own certificate is not valid now.</exception>
    public static LoadedCertificates Load(TlsFiles files, IReadOnlyList<byte[]> contents, bool isServer, TimeProvider time)
    {
        var chain = ReadCertificates(files.Certificate, contents[0]);
        var authority = ReadCertificates(files.Authority, contents[2]);
        var own = WithKey(files, chain[0], Encoding.UTF8.GetString(contents[1]));
        chain.RemoveAt(0);
        var loaded = new LoadedCertificates(authority, own, chain, time);
        if (loaded._roots.Count == 0)
        {
            throw new InvalidDataException($"{files.Authority} has no root certificate. Add the certificate of the cluster's authority.");
        }

        foreach (var showsToServers in isServer ? (ReadOnlySpan<bool>)[true, false] : [true])
        {
            if (loaded.FindFlaw(own, showsToServers, chain: chain) is { } flaw)
            {
                throw new InvalidDataException(
                    $"{files.Certificate} is not a valid certificate of the authority in {files.Authority} for TLS "
                    + $"{(showsToServers ? "clients" : "servers")}: {flaw}");
            }
        }

        if (isServer && !own.MatchesHostname(files.SiloName, allowWildcards: false, allowCommonName: false))
        {
            throw new InvalidDataException(
                $"{files.Certificate} has no subject alternative name DNS:{files.SiloName}. All silos need it, so that other certificates of "
                + "the authority cannot act as silos.");
        }

        return loaded;
    }

    /// <summary>How a handshake verifies the certificate of its peer, which is the client if <paramref name="isClient"/>: it
    /// must lead to the authority, and no other root counts.</summary>
    public X509ChainPolicy PolicyFor(bool isClient)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTimeIgnored = false,
            VerificationTime = _time.GetUtcNow().UtcDateTime,
        };
        policy.CustomTrustStore.AddRange(_roots);
        policy.ExtraStore.AddRange(_intermediates);
        policy.ApplicationPolicy.Add(isClient ? ClientAuthentication : ServerAuthentication);
        return policy;
    }

    /// <summary>Why a certificate is not valid now, or null if it is. Its owner is the client of the connection if
    /// <paramref name="isClient"/>; <paramref name="chain"/> adds to the intermediate certificates of the authority.</summary>
    public string? FindFlaw(
        X509Certificate2 certificate, bool isClient, bool ignoresTime = false, X509Certificate2Collection? chain = null)
    {
        using var path = new X509Chain { ChainPolicy = PolicyFor(isClient) };
        path.ChainPolicy.VerificationFlags = ignoresTime ? X509VerificationFlags.IgnoreNotTimeValid : X509VerificationFlags.NoFlag;
        path.ChainPolicy.ExtraStore.AddRange(chain ?? []);
        return path.Build(certificate)
            ? null
            : string.Join(" ", path.ChainStatus.Select(static status => $"{status.Status}: {status.StatusInformation.Trim()}."));
    }

    private static X509Certificate2Collection ReadCertificates(string path, byte[] content)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.UTF8.GetString(content));
        }
        catch (CryptographicException fault)
        {
            throw new InvalidDataException($"{path} has a certificate that cannot be read: {fault.Message}", fault);
        }

        return certificates.Count > 0
            ? certificates
            : throw new InvalidDataException($"{path} has no certificate. It must have the lines -----BEGIN CERTIFICATE-----.");
    }

    private static X509Certificate2 WithKey(TlsFiles files, X509Certificate2 certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), key);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException(
                $"{files.Key} is not the private key of the certificate in {files.Certificate}: {fault.Message}", fault);
        }
    }
}
