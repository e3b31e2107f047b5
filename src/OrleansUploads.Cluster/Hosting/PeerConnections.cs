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

/// <summary>The open connections of a silo with TLS. A handshake verifies a certificate once, and connections stay open for
/// days. So they are closed when their certificates are no longer valid.</summary>
/// <remarks>A connection is closed when the authority that issued the certificate of the peer is removed. It stays open when
/// the certificate expires, because closing it would delay the calls on it.</remarks>
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            CloseInvalid();
        }
    }

    private void CloseInvalid()
    {
        var version = certificates.Version;
        var isRenewed = !ReferenceEquals(version, _verifiedBy);
        foreach (var (connection, certificate) in _open)
        {
            string? flaw;
            var subject = "-";
            try
            {
                subject = certificate.Subject;
                flaw = FindFlaw(certificate, isRenewed);
            }
            catch (CryptographicException fault)
            {
                // If the connection has just ended, its certificate was disposed of.
                flaw = _open.ContainsKey(connection) ? fault.Message : null;
            }

            if (flaw is not null)
            {
                LogClosed(log, connection.RemoteEndPoint?.ToString() ?? "-", subject, flaw);
                connection.Abort(new ConnectionAbortedException($"The certificate of the peer is no longer valid: {flaw}"));
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
        3022, LogLevel.Warning, "The connection with {Address} is closed, because its certificate {Subject} is no longer valid: {Reason}")]
    private static partial void LogClosed(ILogger log, string address, string subject, string reason);
}
