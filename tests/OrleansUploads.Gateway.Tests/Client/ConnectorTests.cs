using System.Net;
using System.Net.Sockets;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Gateway.Tests.Client;

public sealed class ConnectorTests : IDisposable
{
    private static readonly IPAddress Silent = IPAddress.Parse("127.0.0.2");

    private readonly Socket _full = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _queued = [];

    public void Dispose()
    {
        _full.Dispose();
        _queued.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public async Task An_address_that_does_not_answer_does_not_keep_the_next_one_from_being_tried()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux does not answer for a port whose queue is full.");
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        FillQueue(port);

        using var connected = await Connector.ConnectAsync([Silent, IPAddress.Loopback], port, Cancellation)
            .WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        Assert.Equal(server.LocalEndpoint, connected.RemoteEndPoint);
    }

    [Fact]
    public async Task The_next_address_is_tried_after_a_refusal_and_the_first_failure_is_told()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;

        using (var connected = await Connector.ConnectAsync([IPAddress.IPv6Loopback, IPAddress.Loopback], port, Cancellation))
        {
            Assert.Equal(server.LocalEndpoint, connected.RemoteEndPoint);
        }

        server.Stop();
        var refused = await Assert.ThrowsAsync<SocketException>(() => Connector.ConnectAsync([IPAddress.Loopback], port, Cancellation));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task Addresses_that_refuse_leave_no_failure_unobserved()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        server.Stop();

        // Its message has the address.
        Assert.False(await UnobservedFailures.HaveAsync($"127.0.0.3:{port}", async () => await Assert.ThrowsAsync<SocketException>(
            () => Connector.ConnectAsync([IPAddress.Loopback, IPAddress.Parse("127.0.0.3")], port, Cancellation))));
    }

    [Fact]
    public async Task A_connection_that_takes_too_long_says_so()
    {
        using var handler = GlacierClient.CreateHandler();
        handler.ConnectTimeout = TimeSpan.FromMilliseconds(1);
        handler.ConnectCallback = static async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            throw new InvalidOperationException();
        };
        using var http = new HttpClient(handler, disposeHandler: false);
        using var client = new GlacierClient(http, ScriptedServer.Options(new Uri("http://127.0.0.1:1")) with { Retry = RetryPolicy.None });

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.DescribeVaultAsync("v"));

        Assert.Contains("ConnectTimeout", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Occupies a port so that further connections to it are neither accepted nor refused.</summary>
    private void FillQueue(int port)
    {
        _full.Bind(new IPEndPoint(Silent, port));
        _full.Listen(0);
        for (var i = 0; i < 3; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _queued.Add(socket);
            _ = socket.ConnectAsync(new IPEndPoint(Silent, port)).ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
        }
    }
}
