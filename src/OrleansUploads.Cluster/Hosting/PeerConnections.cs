using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Connections.Security;
using Orleans.Runtime.Messaging;
using OrleansUploads.Cluster.Tls;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>The open connections of a silo with TLS. A handshake verifies a certificate once, and connections stay open for days. So they
/// are closed when their certificates are not valid any longer.</summary>
/// <remarks>A connection is closed when the authority that issued the certificate of the peer is removed, and that of an ingestion node
/// also when the certificate expires. That of a silo or a gateway then stays open, because closing it would delay the calls on it.</remarks>
internal sealed partial class PeerConnections(ClusterCertificates certificates, TimeProvider time, ILogger<PeerConnections> log)
    : BackgroundService, IConnectionMiddleware
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ConnectionContext, X509Certificate2> _open = new();
    private object _verifiedBy = certificates.Version;

    public async Task OnConnectionAsync(ConnectionContext context, ConnectionDelegate next)
    {
        if (context.Features.Get<ITlsConnectionFeature>()?.RemoteCertificate is not { } certificate)
        {
            return;
        }

        _open[context] = certificate;
        try
        {
            await next(context);
        }
        finally
        {
            _open.TryRemove(context, out _);
        }
    }

    /// <summary>Looks at the certificates every second.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            CloseInvalid();
        }
    }

    /// <summary>Closes the connections whose certificates are not valid any longer.</summary>
    private void CloseInvalid()
    {
        var version = certificates.Version;
        var isRenewed = !ReferenceEquals(version, _verifiedBy);
        foreach (var (connection, certificate) in _open)
        {
            try
            {
                if (FindFlaw(certificate, isRenewed) is { } flaw)
                {
                    LogClosed(log, connection.RemoteEndPoint?.ToString() ?? "-", certificate.Subject, flaw);
                    connection.Abort(new ConnectionAbortedException($"The certificate of the peer is not valid any longer: {flaw}"));
                }
            }
            catch (CryptographicException) when (!_open.ContainsKey(connection))
            {
                // The connection has just ended, and its certificate was disposed of.
            }
        }

        _verifiedBy = version;
    }

    private string? FindFlaw(X509Certificate2 certificate, bool isRenewed)
    {
        var ignoresTime = certificates.IsSilo(certificate);
        return isRenewed || (!ignoresTime && certificate.NotAfter.ToUniversalTime() < time.GetUtcNow().UtcDateTime)
            ? certificates.FindFlaw(certificate, ignoresTime)
            : null;
    }

    [LoggerMessage(
        3022, LogLevel.Warning, "The connection with {Address} is closed, because its certificate {Subject} is not valid any longer: {Reason}")]
    private static partial void LogClosed(ILogger log, string address, string subject, string reason);
}
