using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cli.Serving;

/// <summary>The server's certificate and its chain, from PEM files that may be replaced while the server runs.</summary>
internal sealed partial class ServerCertificate
{
    private readonly RenewableFiles<SslStreamCertificateContext> _files;

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidDataException">The files are not a certificate and its key.</exception>
    /// <exception cref="IOException">The files cannot be read.</exception>
    public ServerCertificate(
        string certificatePath, string keyPath, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        try
        {
            _files = new(() => PemFiles.Read(certificatePath, keyPath), Parse, time)
            {
                Renewed = _ => LogRenewed(logger, certificatePath),
                Reported = problem =>
                {
                    if (problem is not null)
                    {
                        LogUnusable(logger, certificatePath, keyPath, FaultText.Describe(problem));
                    }
                },
            };
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"{certificatePath} and {keyPath} are not a certificate and its key: {fault.Message}", fault);
        }
    }

    /// <summary>Returns the certificate for a new connection.</summary>
    public SslStreamCertificateContext Current() => _files.Current;

    private static SslStreamCertificateContext Parse(byte[]?[] files)
    {
        var (certificate, key) = (Encoding.UTF8.GetString(files[0]!), Encoding.UTF8.GetString(files[1]!));
        try
        {
            var leaf = X509Certificate2.CreateFromPem(certificate, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            return SslStreamCertificateContext.Create(leaf, chain, offline: true);
        }
        catch (ArgumentException fault)
        {
            throw new CryptographicException(fault.Message, fault);
        }
    }

    [LoggerMessage(4004, LogLevel.Warning, "The certificate in {Path} was renewed. New connections use it")]
    private static partial void LogRenewed(ILogger logger, string path);

    [LoggerMessage(
        4005,
        LogLevel.Error,
        "{CertificatePath} and {KeyPath} are not a certificate and its key. The previous certificate stays in use: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string certificatePath, string keyPath, string reason);
}
