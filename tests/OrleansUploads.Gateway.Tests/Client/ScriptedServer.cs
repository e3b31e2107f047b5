using System.Collections.Concurrent;
using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>An in-memory server that answers each request with the next step of a script and records the requests.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    private readonly Queue<Func<ReceivedRequest, CancellationToken, Task<HttpResponseMessage>>> _script = new();
    private readonly ConcurrentQueue<ReceivedRequest> _received = new();

    public LeapingTime Time { get; init; } = new();

    public IReadOnlyList<ReceivedRequest> Received => [.. _received];

    public GlacierClient Connect(Func<GlacierClientOptions, GlacierClientOptions>? change = null)
    {
        var options = Connections.Options(new Uri("http://vaults.test:9600")) with { TimeProvider = Time };
        return new GlacierClient(new HttpClient(this), change is null ? options : change(options));
    }

    public ScriptedServer Answers(
        HttpStatusCode status, string? json = null, params (string Name, string Value)[] headers)
    {
        _script.Enqueue((_, _) => Task.FromResult(Answer(status, json, headers)));
        return this;
    }

    /// <summary>Answers with a body that each read returns in pieces of at most <paramref name="pieceBytes"/> bytes.</summary>
    public ScriptedServer AnswersInPieces(string json, int pieceBytes)
    {
        var body = new PieceStream(Encoding.UTF8.GetBytes(json), pieceBytes);
        _script.Enqueue((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) }));
        return this;
    }

    public ScriptedServer Breaks() => BreaksWith(new HttpRequestException("The connection was reset."));

    public ScriptedServer BreaksWith(Exception failure)
    {
        _script.Enqueue((_, _) => throw failure);
        return this;
    }

    public ScriptedServer NeverAnswers()
    {
        _script.Enqueue(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            throw new InvalidOperationException();
        });
        return this;
    }

    public static HttpResponseMessage Answer(
        HttpStatusCode status, string? json = null, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(status)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json ?? "")),
        };
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    public static string Error(string code, string message = "no") =>
        $$"""{"code":"{{code}}","message":"{{message}}","type":"Client"}""";

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var received = await ReceivedRequest.ReadAsync(request, cancellationToken);
        _received.Enqueue(received);
        return await _script.Dequeue()(received, cancellationToken);
    }

    private sealed class PieceStream(byte[] bytes, int pieceBytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceBytes)], cancellationToken);
    }
}
