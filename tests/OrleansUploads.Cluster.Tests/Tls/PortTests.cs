using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansUploads.Cluster.Tls;

namespace OrleansUploads.Cluster.Tests.Tls;

/// <summary>Who gets an answer from the ports of a silo with TLS, over sockets.</summary>
public sealed class PortTests(SharedTlsBench shared) : IClassFixture<SharedTlsBench>
{
    private readonly TlsBench _bench = shared.Bench;

    [Fact]
    public async Task A_peer_without_a_valid_certificate_gets_nothing()
    {
        var silos = _bench.SiloPorts[0];
        var clients = _bench.ClientPorts[0];
        (string Certificate, int Port)[] refused =
        [
            ("none", silos), ("none", clients),
            ("foreign silo", silos), ("foreign silo", clients), ("foreign node", clients),
            ("expired silo", silos), ("expired silo", clients), ("expired node", clients),
            ("server only", silos), ("server only", clients),
            ("self-signed", silos), ("self-signed", clients),

            // A node is no silo.
            ("node", silos),
        ];
        foreach (var (certificate, port) in refused)
        {
            var answer = await CountAnswerBytesAsync(port, certificate == "none" ? null : Issue(certificate));
            Assert.True(answer == 0, $"The certificate '{certificate}' got {answer} bytes from port {port}.");
        }

        foreach (var (certificate, port) in ((string, int)[])[("silo", silos), ("silo", clients), ("node", clients)])
        {
            // A silo answers one that is not in its table and closes the connection at once, so the answer may be lost.
            await Eventually.BecomesTrueAsync(
                async () => await CountAnswerBytesAsync(port, Issue(certificate)) > 0,
                $"the certificate '{certificate}' gets an answer from port {port}");
        }
    }

    [Fact]
    public async Task A_client_without_TLS_does_not_connect()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => _bench.ConnectAsync(_ => { }));
        foreach (var port in (int[])[_bench.SiloPorts[0], _bench.ClientPorts[0]])
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, port, Cancellation);
            await socket.GetStream().WriteAsync(new byte[64], Cancellation);
            Assert.Equal(0, await CountBytesAsync(socket.GetStream()));
        }
    }

    [Fact]
    public async Task A_client_does_not_connect_to_a_silo_that_its_authority_does_not_know()
    {
        var files = _bench.Authority.IssueNode("CN=node-7,O=Example").WriteTo(
            Path.GetDirectoryName(_bench.FilesOf("doubter").Certificate)!, _bench.Foreign.Root);
        var fault = Assert.Throws<InvalidDataException>(() => new ClusterCertificates(
            files, isSilo: false, TimeProvider.System, NullLogger<ClusterCertificates>.Instance));
        Assert.Contains("is not a valid certificate of the authority", fault.Message, StringComparison.Ordinal);

        var foreign = _bench.Foreign.IssueNode("CN=node-7,O=Example");
        await Assert.ThrowsAnyAsync<Exception>(() => _bench.ConnectAsync(foreign, _bench.Foreign.Root));
    }

    [Fact, Campaign]
    public async Task An_open_connection_ends_when_its_certificate_expires()
    {
        using var peer = await TlsPeer.ConnectAsync(
            _bench.ClientPorts[0], _bench.Authority.IssueNode("CN=node-7, O=Example", DateTimeOffset.UtcNow.AddSeconds(5)).Load());
        await peer.SendPreambleAsync();
        Assert.True(await peer.ReadAsync() > 0);
        await Eventually.BecomesTrueAsync(async () => await peer.ReadAsync() == 0, "the connection ends");
        Assert.Contains(_bench.Log.Entries, entry => entry.Text.Contains("is closed, because its certificate CN=node-7, O=Example is no longer valid", StringComparison.Ordinal));
    }

    private IssuedCertificate Issue(string kind) => kind switch
    {
        "silo" => _bench.Authority.IssueSilo(),
        "node" => _bench.Authority.IssueNode("CN=node-7, O=Example"),
        "expired node" => _bench.Authority.IssueNode("CN=node-7, O=Example", DateTimeOffset.UtcNow.AddMinutes(-5)),
        "expired silo" => _bench.Authority.IssueSilo(until: DateTimeOffset.UtcNow.AddMinutes(-5)),
        "server only" => _bench.Authority.IssueServer("CN=silo"),
        "foreign node" => _bench.Foreign.IssueNode("CN=node-7, O=Example"),
        "foreign silo" => _bench.Foreign.IssueSilo(),
        "self-signed" => TestAuthority.SelfSigned("CN=node-7, O=Example"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind."),
    };

    /// <summary>Connects as a peer would, sends something, and counts the bytes of the answer.</summary>
    private async Task<int> CountAnswerBytesAsync(int port, IssuedCertificate? certificate)
    {
        try
        {
            using var peer = await TlsPeer.ConnectAsync(port, certificate?.Load());
            await peer.SendPreambleAsync(isSilo: port == _bench.SiloPorts[0]);
            return await peer.ReadAsync();
        }
        catch (Exception fault) when (fault is AuthenticationException or IOException or SocketException)
        {
            return 0;
        }
    }

    private static async Task<int> CountBytesAsync(Stream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[64], Cancellation);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
