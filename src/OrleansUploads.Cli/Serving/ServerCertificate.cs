using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cli.Serving;

/// <summary>The server's certificate and its chain, from PEM files that may be replaced while the server runs.</summary>
/// <remarks>Changes are detected by content, because tools that renew certificates may preserve file times. If the files do
/// not form a certificate and its key, for example while only one is replaced, the error is logged and the previous
/// certificate stays in use.</remarks>
internal sealed partial class ServerCertificate
{
    /// <summary>Minimum time between two reads of the files. They are read only when a client connects.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(2);

    private readonly string _certificatePath;
    private readonly string _keyPath;
    private readonly TimeProvider _time;
    private readonly ILogger<ServerCertificate> _logger;
    private readonly Lock _gate = new();
    private SslStreamCertificateContext _current;
    private (string Certificate, string Key) _files;
    private long _checkedAt;

    /// <summary>Reads the files.</summary>
    /// <exception cref="CryptographicException">The files are not a certificate and its key.</exception>
    /// <exception cref="IOException">The files cannot be read.</exception>
    public ServerCertificate(
        string certificatePath, string keyPath, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        _certificatePath = certificatePath;
        _keyPath = keyPath;
        _time = time;
        _logger = logger;
        _checkedAt = time.GetTimestamp();
        _files = Read();
        _current = Parse(_files);
    }

    /// <summary>Returns the certificate for a new connection.</summary>
    public SslStreamCertificateContext Current()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval)
        {
            Refresh();
        }

        return Volatile.Read(ref _current);
    }

    private void Refresh()
    {
        // Another thread is reading the files; use the current certificate.
        if (!_gate.TryEnter())
        {
            return;
        }

        try
        {
            Volatile.Write(ref _checkedAt, _time.GetTimestamp());
            var files = Read();
            if (_files != files)
            {
                _files = files;
                Volatile.Write(ref _current, Parse(files));
                LogRenewed(_logger, _certificatePath);
            }
        }
        catch (Exception fault) when (
            fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            LogUnusable(_logger, _certificatePath, _keyPath, FaultText.Describe(fault));
        }
        finally
        {
            _gate.Exit();
        }
    }

    private (string Certificate, string Key) Read() => (File.ReadAllText(_certificatePath), File.ReadAllText(_keyPath));

    private static SslStreamCertificateContext Parse((string Certificate, string Key) files)
    {
        var leaf = X509Certificate2.CreateFromPem(files.Certificate, files.Key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(files.Certificate);
        return SslStreamCertificateContext.Create(leaf, chain, offline: true);
    }

    [LoggerMessage(4004, LogLevel.Warning, "The certificate in {Path} was renewed. New connections use it")]
    private static partial void LogRenewed(ILogger logger, string path);

    [LoggerMessage(
        4005,
        LogLevel.Error,
        "{CertificatePath} and {KeyPath} are not a certificate and its key. The previous certificate stays in use: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string certificatePath, string keyPath, string reason);
}
