using System.Collections.Concurrent;
using System.Net;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>An in-memory server that answers each request with the next step of a script and records the requests.</summary>
internal class ScriptedServer : HttpMessageHandler
{
    private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> _script = new();
    private readonly ConcurrentQueue<ReceivedRequest> _received = new();

    public LeapingTime Time { get; } = new();

    public IReadOnlyList<ReceivedRequest> Received => [.. _received];

    public static GlacierClientOptions Options(Uri endpoint) => new()
    {
        Endpoint = endpoint,
        Region = ReceivedRequest.Region,
        AccessKeyId = ReceivedRequest.AccessKeyId,
        SecretAccessKey = ReceivedRequest.Secret,
        Retry = new RetryPolicy { Jitter = () => 1 },
    };

    public GlacierClient Connect(Func<GlacierClientOptions, GlacierClientOptions>? change = null)
    {
        var options = Options(new Uri("http://vaults.test:9600")) with { TimeProvider = Time };
        return new GlacierClient(new HttpClient(this, disposeHandler: false), change is null ? options : change(options));
    }

    public ScriptedServer Answers(
        HttpStatusCode status, string? json = null, params (string Name, string Value)[] headers) =>
        Then(_ => Task.FromResult(Answer(status, json, headers)));

    /// <summary>Answers with a body that each read returns in pieces of at most <paramref name="pieceBytes"/> bytes.</summary>
    public ScriptedServer AnswersInPieces(string json, int pieceBytes)
    {
        var body = new PieceStream(Encoding.UTF8.GetBytes(json), pieceBytes);
        return Then(_ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) }));
    }

    /// <summary>Answers with the bytes of a document from an offset to its end, whose connection breaks before another offset.</summary>
    public ScriptedServer AnswersWithRange(string json, int start, int breaksAt)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var content = new StreamContent(new BreakingStream(bytes[start..breaksAt], isWhole: breaksAt == bytes.Length));
        content.Headers.ContentLength = bytes.Length - start;
        if (start > 0)
        {
            content.Headers.ContentRange = new(start, bytes.Length - 1, bytes.Length);
        }

        return Then(_ => Task.FromResult(
            new HttpResponseMessage(start > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK) { Content = content }));
    }

    public ScriptedServer Breaks(Exception? failure = null) =>
        Then(_ => throw failure ?? new HttpRequestException("The connection was reset."));

    public ScriptedServer NeverAnswers() => Then(async token =>
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, token);
        throw new InvalidOperationException();
    });

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

    protected sealed override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var received = await ReceivedRequest.ReadAsync(request, cancellationToken);
        _received.Enqueue(received);
        return await AnswerAsync(received, cancellationToken);
    }

    protected virtual Task<HttpResponseMessage> AnswerAsync(ReceivedRequest request, CancellationToken cancellationToken) =>
        _script.Dequeue()(cancellationToken);

    private ScriptedServer Then(Func<CancellationToken, Task<HttpResponseMessage>> step)
    {
        _script.Enqueue(step);
        return this;
    }

    private sealed class BreakingStream(byte[] bytes, bool isWhole) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is var read && (read > 0 || isWhole)
                ? read
                : throw new IOException("The connection was reset.");
    }

    private sealed class PieceStream(byte[] bytes, int pieceBytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceBytes)], cancellationToken);
    }
}
