using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Gateway.Http.Credentials;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Dashboard.Tests;

public sealed class LiveViewTests : SignedInServer
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private string _upload = null!;

    private string Path => $"vaults/mine/uploads/{_upload}";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _upload = await NewVaultUploadAsync("mine");
    }

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_part_that_arrives_is_shown()
    {
        using var events = await OpenAsync();
        Assert.Contains("\"runs\":\"\"", (await events.NextAsync()).Data, StringComparison.Ordinal);
        await StorePartAsync(0);
        Assert.Contains("\"runs\":\"1\"", (await events.NextAsync()).Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_comes_back_gets_only_a_state_that_it_does_not_have()
    {
        string id;
        using (var events = await OpenAsync())
        {
            id = (await events.NextAsync()).Id;
        }

        using var again = await OpenAsync(id);
        await StorePartAsync(0);
        var next = await again.NextAsync();
        Assert.Contains("\"runs\":\"1\"", next.Data, StringComparison.Ordinal);
        Assert.NotEqual(id, next.Id);
    }

    [Fact]
    public async Task A_view_says_how_its_upload_ended()
    {
        using var events = await OpenAsync();
        await events.NextAsync();
        var archive = new byte[MiB];
        await StorePartAsync(0);
        await events.NextAsync();
        var completed = (await SendAsync(Complete("mine", _upload, archive))).Expect(201);
        var last = await events.NextAsync();
        Assert.Equal(LiveAnswer.StateEvent, last.Name);
        Assert.Contains($"\"archive\":\"{completed.Header("x-amz-archive-id")}\"", last.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_says_why_it_ends()
    {
        using var events = await OpenAsync(path: "buckets/my-bucket/uploads");
        await events.NextAsync();
        (await SendAsync("DELETE", "/my-bucket")).Expect(204);
        var last = await events.NextAsync();
        Assert.Equal(LiveAnswer.GoneEvent, last.Name);
        Assert.Contains("NoSuchBucket", last.Data, StringComparison.Ordinal);
        Assert.Null(await events.ReadLineAsync());
    }

    [Fact]
    public async Task A_view_ends_with_its_session()
    {
        using var events = await OpenAsync();
        await events.NextAsync();
        Keys.RemoveAt(0);
        var last = await events.NextAsync();
        Assert.Equal(LiveAnswer.GoneEvent, last.Name);
        Assert.Contains("NotSignedIn", last.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_follows_the_scope_of_its_key()
    {
        await CreateVaultAsync("other");
        using var events = await OpenAsync(path: "containers");
        Assert.Contains("\"mine\"", (await events.NextAsync()).Data, StringComparison.Ordinal);

        Keys[0] = new Credential(Admin.AccessKeyId, Admin.Secret, Admin.Account, new KeyScope(KeyRole.Read, ["other"]));

        // Until then, the figures of the server may change.
        var next = await events.NextAsync();
        while (!next.Data.Contains("\"other\"", StringComparison.Ordinal) || next.Data.Contains("\"server\"", StringComparison.Ordinal))
        {
            next = await events.NextAsync();
        }

        Assert.DoesNotContain("\"mine\"", next.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_has_a_limited_number_of_views_and_gets_a_place_back()
    {
        var open = new List<EventReader>();
        for (var view = 0; view < LiveStreams.MaxStreamsOfAccount; view++)
        {
            open.Add(await OpenAsync());
        }

        Assert.Equal("TooManyViews", (await ReadAsync($"{Path}?live", Session)).Expect(429).Code);
        open.ForEach(view => view.Dispose());
        while (Server.Services.GetRequiredService<LiveStreams>().Count > 0)
        {
            await Task.Yield();
        }

        using var another = await OpenAsync();
        await another.NextAsync();
    }

    private async Task StorePartAsync(int part) =>
        (await SendAsync(Part("mine", _upload, part * MiB, new byte[MiB]))).Expect(204);

    private async Task<EventReader> OpenAsync(string? lastEventId = null, string? path = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Origin}/dashboard/api/{path ?? Path}{(path?.Contains('?') is true ? '&' : '?')}live");
        request.Headers.Add("Cookie", Session);
        if (lastEventId is not null)
        {
            request.Headers.Add(LiveAnswer.LastEventIdHeader, lastEventId);
        }

        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.ToString());
        return new EventReader(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    private sealed record Received(string Name, string Id, string Data);

    private sealed class EventReader(HttpResponseMessage answer, StreamReader lines) : IDisposable
    {
        public Task<string?> ReadLineAsync() => lines.ReadLineAsync();

        public async Task<Received> NextAsync()
        {
            var received = new Received("", "", "");
            while (true)
            {
                var line = await lines.ReadLineAsync() ?? throw new EndOfStreamException("The view ended.");
                if (line.Length == 0 && received.Name.Length > 0)
                {
                    return received;
                }

                received = line.Split(": ", 2) switch
                {
                    ["event", var name] => received with { Name = name },
                    ["id", var id] => received with { Id = id },
                    ["data", var data] => received with { Data = data },
                    _ => received,
                };
            }
        }

        public void Dispose()
        {
            lines.Dispose();
            answer.Dispose();
        }
    }
}
