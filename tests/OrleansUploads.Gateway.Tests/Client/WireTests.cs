using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>The client against a real HTTP server: framing, headers and connections.</summary>
public sealed class WireTests : IAsyncLifetime
{
    private readonly List<ReceivedRequest> _received = [];
    private readonly WebApplication _app;
    private Func<HttpContext, Task> _answer = context =>
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    private Uri _address = null!;
    private GlacierClient _client = null!;

    public WireTests()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _app = builder.Build();
        _app.Run(context => _answer(context));
    }

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync();
        var addresses = _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>();
        _address = new Uri(addresses.Addresses.Single());
        _client = new GlacierClient(ScriptedServer.Options(_address));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_part_is_sent_with_its_length_and_a_valid_signature_and_not_chunked()
    {
        _answer = ReceiveAsync;
        var bytes = Some.Bytes((3 << 20) + 17, seed: 3);
        using var file = new TemporaryFile(bytes);
        using var source = ByteSource.FromFile(file.Path);

        await _client.UploadPartAsync("v", "u-_1", 4 << 20, await HashedBody.ReadAsync(source, new ByteRange(0, bytes.Length)));

        var request = Assert.Single(_received);
        Assert.Equal(bytes, request.Body);
        Assert.Equal("3145745", request.Header("content-length"));
        Assert.Null(request.Header("transfer-encoding"));
        Assert.Equal("bytes 4194304-7340048/*", request.Header("content-range"));
        Assert.Equal(SignatureOutcome.Verified, request.Verify(TimeProvider.System.GetUtcNow()).Outcome);
    }

    [Fact]
    public async Task Requests_without_a_body_have_valid_lengths_and_signatures()
    {
        _answer = async context =>
        {
            await ReceiveAsync(context);
            if (context.Request is { Method: "GET", QueryString.HasValue: false })
            {
                context.Response.StatusCode = StatusCodes.Status200OK;
                await context.Response.WriteAsync("""{"VaultList":[],"Marker":"a/b c"}""");
            }
        };

        await Assert.ThrowsAsync<GlacierException>(() => _client.CreateVaultAsync("v"));
        await Assert.ThrowsAsync<GlacierException>(async () => await _client.ListVaultsAsync().ToListAsync());
        await _client.DeleteVaultAsync("v");

        Assert.Equal("0", _received[0].Header("content-length"));
        Assert.Equal(["/-/vaults", "/-/vaults?marker=a%2Fb%20c"], [_received[1].Target, _received[2].Target]);
        Assert.All(_received, request =>
            Assert.Equal(SignatureOutcome.Verified, request.Verify(TimeProvider.System.GetUtcNow()).Outcome));
    }

    [Fact]
    public async Task A_refusal_instead_of_100_Continue_prevents_sending_the_body()
    {
        _answer = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync(ScriptedServer.Error("AccessDeniedException"));
        };
        var source = new CountingSource(new byte[16 << 20]);
        var body = await HashedBody.ReadAsync(source, new ByteRange(0, source.LengthBytes));
        source.ReadBytes = 0;

        // A long timeout, so that even on a slow machine the body waits for the server's answer.
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(5) };
        using var http = new HttpClient(handler);
        using var client = new GlacierClient(http, ScriptedServer.Options(_address));

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.UploadPartAsync("v", "u", 0, body));

        Assert.Equal(GlacierErrorCodes.AccessDenied, failure.Code);
        Assert.Equal(0, source.ReadBytes);
    }

    [Fact]
    public async Task A_thread_can_wait_for_calls_whose_continuations_its_context_never_runs()
    {
        var isDone = new TaskCompletionSource<bool>();
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new DeafContext());
            isDone.SetResult(_client.DeleteVaultAsync("v").Wait(TimeSpan.FromMinutes(1), Cancellation));
        });

        thread.Start();

        Assert.True(await isDone.Task);
    }

    [Fact]
    public async Task A_cancellation_has_the_token_of_the_caller()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        _answer = async context =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        };

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.DescribeVaultAsync("v", stop.Token));
        Assert.Equal(stop.Token, cancelled.CancellationToken);

        using var stopStream = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        _answer = async context =>
        {
            context.Response.Headers["x-amz-multipart-upload-id"] = "u";
            context.Response.StatusCode = StatusCodes.Status201Created;
            if (context.Request.Method == "PUT")
            {
                await stopStream.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            }
        };
        using var stream = new MemoryStream(new byte[3 << 20]);
        cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ArchiveUpload(_client).UploadStreamAsync("v", stream, 1 << 20, cancellationToken: stopStream.Token));
        Assert.Equal(stopStream.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task A_connection_that_cannot_be_secured_says_why()
    {
        using var client = new GlacierClient(ScriptedServer.Options(new UriBuilder(_address) { Scheme = "https" }.Uri));

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.DescribeVaultAsync("v", Cancellation));

        Assert.StartsWith("The SSL connection could not be established: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_purchase_whose_connection_ends_is_sent_once()
    {
        await using var server = new ClosingServer();
        using var client = new GlacierClient(ScriptedServer.Options(server.Address));

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.PurchaseProvisionedCapacityAsync());

        Assert.Equal(GlacierErrorCodes.ConnectionFailure, failure.Code);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_deletion_whose_connection_ended_succeeds_if_its_repetition_finds_nothing()
    {
        var error = ScriptedServer.Error("ResourceNotFoundException");
        await using var server = new ClosingServer(
            "", $"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: {error.Length}\r\n\r\n{error}");
        var options = ScriptedServer.Options(server.Address);
        using var client = new GlacierClient(options with { Retry = options.Retry with { FirstDelay = TimeSpan.FromMilliseconds(1) } });

        await client.DeleteVaultAsync("v");

        Assert.Equal(2, server.Requests);
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        _received.Add(new ReceivedRequest(context.Request.Method, target, headers, body.ToArray()));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>The context of a user interface whose thread is busy.</summary>
    private sealed class DeafContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }

    /// <summary>Receives one request on each connection, sends the next answer, and closes the connection. Sends nothing if
    /// that answer is empty, or once all answers are sent.</summary>
    private sealed class ClosingServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stopping = new();
        private readonly Task _serving;

        public ClosingServer(params string[] answers)
        {
            _listener.Start();
            _serving = ServeAsync(answers);
        }

        public Uri Address => new($"http://{_listener.LocalEndpoint}");

        public int Requests { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _serving);
            _listener.Dispose();
            _stopping.Dispose();
        }

        private async Task ServeAsync(string[] answers)
        {
            while (true)
            {
                using var connection = await _listener.AcceptSocketAsync(_stopping.Token);
                await connection.ReceiveAsync(new byte[4096]);
                await connection.SendAsync(Encoding.ASCII.GetBytes(answers.ElementAtOrDefault(Requests++) ?? ""));
                connection.Shutdown(SocketShutdown.Both);
            }
        }
    }
}
