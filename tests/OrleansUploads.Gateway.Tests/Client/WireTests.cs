using System.Net;
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
        _client = new GlacierClient(Connections.Options(_address));
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
        using var client = new GlacierClient(http, Connections.Options(_address));

        var failure = await Assert.ThrowsAsync<GlacierException>(() => client.UploadPartAsync("v", "u", 0, body));

        Assert.Equal(GlacierErrorCodes.AccessDenied, failure.Code);
        Assert.Equal(0, source.ReadBytes);
    }

    [Fact]
    public async Task A_connection_aborted_by_the_server_is_a_transient_failure()
    {
        var calls = 0;
        _answer = context =>
        {
            if (++calls < 3)
            {
                context.Abort();
            }

            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };
        var options = Connections.Options(_address);
        using var client = new GlacierClient(options with { Retry = options.Retry with { FirstDelay = TimeSpan.Zero } });

        await client.AbortMultipartUploadAsync("v", "u");

        Assert.Equal(3, calls);
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

    private sealed class CountingSource(byte[] bytes) : ByteSource
    {
        public long ReadBytes { get; set; }

        public override long LengthBytes => bytes.Length;

        public override ValueTask<int> ReadAsync(
            Memory<byte> buffer, long offsetBytes, CancellationToken cancellationToken)
        {
            ReadBytes += buffer.Length;
            bytes.AsMemory((int)offsetBytes, buffer.Length).CopyTo(buffer);
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
