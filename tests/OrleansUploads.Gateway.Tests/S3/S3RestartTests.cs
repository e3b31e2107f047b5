using OrleansUploads.Core.Settings;
using OrleansUploads.Gateway.S3;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>What is kept beside the bytes of objects is kept across restarts.</summary>
public sealed class S3RestartTests : IAsyncLifetime
{
    private const string Object = "/bucket/k";

    private readonly GatewaySetup _setup = new() { Retrievals = RetrievalPolicy.After(TimeSpan.FromHours(3)) };
    private GatewayServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync();
        (await SendAsync("PUT", "/bucket")).Expect(200);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Tags_of_a_multipart_object_survive_a_restart()
    {
        var upload = Text((await SendAsync("POST", Object + "?uploads")).Expect(200), "UploadId");
        var tag = (await SendAsync("PUT", $"{Object}?partNumber=1&uploadId={upload}", "a")).Expect(200).Header("ETag")!;
        (await SendAsync("POST", $"{Object}?uploadId={upload}", CompletionDocument.Of((1, tag)))).Expect(200);
        (await SendAsync(
            "PUT", Object + "?tagging", "<Tagging><TagSet><Tag><Key>colour</Key><Value>blue</Value></Tag></TagSet></Tagging>")).Expect(200);

        await RestartAsync();
        Assert.Equal("blue", Text((await SendAsync("GET", Object + "?tagging")).Expect(200), "Value"));
        Assert.Equal("1", (await SendAsync("GET", Object)).Expect(200).Header("x-amz-tagging-count"));
    }

    [Fact]
    public async Task A_restore_in_progress_survives_a_restart_and_is_ready_in_time()
    {
        (await SendAsync("PUT", Object, "hello", ("x-amz-storage-class", "GLACIER"))).Expect(200);
        (await SendAsync("POST", Object + "?restore", "<RestoreRequest><Days>1</Days></RestoreRequest>")).Expect(202);
        await RestartAsync();
        ExpectError(await SendAsync("GET", Object), 403, "InvalidObjectState");
        Assert.Equal("ongoing-request=\"true\"", (await SendAsync("HEAD", Object)).Expect(200).Header("x-amz-restore"));

        _setup.Clock.Advance(TimeSpan.FromHours(3));
        Assert.Equal("hello", (await SendAsync("GET", Object)).Expect(200).Text);
        await RestartAsync();
        Assert.Equal("hello", (await SendAsync("GET", Object)).Expect(200).Text);
        _setup.Clock.Advance(TimeSpan.FromDays(2));
        await RestartAsync();
        ExpectError(await SendAsync("GET", Object), 403, "InvalidObjectState");
    }

    private Task<GatewayServer> StartAsync() => GatewayServer.StartAsync(_setup, services => services.AddS3Front());

    private async Task RestartAsync()
    {
        await _server.DisposeAsync();
        _server = await StartAsync();
    }

    private Task<ApiAnswer> SendAsync(string method, string target, string body = "", params (string Name, string Value)[] headers) =>
        _server.SendAsync(Request(method, target, Encoding.UTF8.GetBytes(body), headers), Owner);
}
