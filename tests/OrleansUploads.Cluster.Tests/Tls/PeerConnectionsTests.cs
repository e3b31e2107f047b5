using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Connections.Security;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Tls;

namespace OrleansUploads.Cluster.Tests.Tls;

public sealed class PeerConnectionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new(DateTimeOffset.UtcNow);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_connection_whose_certificate_cannot_be_read_is_closed_and_the_others_stay_watched()
    {
        using var authority = new TestAuthority("Authority");
        var files = authority.IssueSilo().WriteTo(_folder.Path, authority.Root);
        var certificates = new ClusterCertificates(files, isSilo: true, _time, NullLogger<ClusterCertificates>.Instance);
        using var connections = new PeerConnections(certificates, _time, NullLogger<PeerConnections>.Instance);
        using var peer = authority.IssueNode("CN=node,O=Example").Load();
        var connection = new DefaultConnectionContext();
        connection.Features.Set<ITlsConnectionFeature>(new VerifiedPeer(peer));
        var end = new TaskCompletionSource();
        var open = connections.OnConnectionAsync(connection, _ => end.Task);
        await connections.StartAsync(Cancellation);

        peer.Dispose();
        await Eventually.BecomesTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return connection.ConnectionClosed.IsCancellationRequested;
            },
            "the connection is closed");
        Assert.False(connections.ExecuteTask!.IsCompleted);
        end.SetResult();
        await open;
        await connections.StopAsync(Cancellation);
    }

    private sealed class VerifiedPeer(X509Certificate2 certificate) : ITlsConnectionFeature
    {
        public X509Certificate2? RemoteCertificate { get; set; } = certificate;

        public Task<X509Certificate2?> GetRemoteCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(RemoteCertificate);
    }
}
