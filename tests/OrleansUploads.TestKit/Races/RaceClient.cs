using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using OrleansUploads.Signing;
using OrleansUploads.TestKit.Processes;

namespace OrleansUploads.TestKit.Races;

/// <summary>Sends the requests of one round and records their answers.</summary>
public sealed partial class RaceClient(HttpClient http, SignedRequests requests, Round round, Action onAnswer)
{
    public const string Bucket = "/races";

    private const string AnyObject = "*";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Short, because what is written after a kill should come before the server has done what was left to do.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private string Target => $"{Bucket}/{round.Key}";

    private string Source => $"{Target}-source";

    public async Task<string> BeginUploadAsync(RaceContent content)
    {
        var upload = (await RequireAsync(HttpMethod.Post, $"{Target}?uploads", [])).Text!;
        await RequireAsync(HttpMethod.Put, PartOf(upload), content.Bytes);
        return upload;
    }

    public Task StoreSourceAsync(RaceContent content) => RequireAsync(HttpMethod.Put, Source, content.Bytes);

    /// <summary>Writes the object.</summary>
    public Task PutAsync(RaceContent content, bool mustBeAbsent = false, RaceContent? replaced = null) =>
        round.WriteAsync(content, mustBeAbsent, replaced, () => SendPutAsync(content, mustBeAbsent, replaced));

    public Task CopyAsync(RaceContent content) => round.WriteAsync(content, mustBeAbsent: false, replaced: null, () => CountAsync(
        AskAsync(HttpMethod.Put, Target, body: null, ("x-amz-copy-source", Source))));

    public Task DeleteAsync() => round.WriteAsync(null, mustBeAbsent: false, replaced: null, () => CountAsync(
        AskAsync(HttpMethod.Delete, Target, body: null)));

    /// <summary>Writes or deletes the object, again and again until there is an answer.</summary>
    /// <param name="content">The new content, or null for a deletion.</param>
    public Task OverwriteAsync(RaceContent? content) => round.WriteAsync(
        content,
        mustBeAbsent: false,
        replaced: null,
        () => UntilAnsweredAsync(
            () => content is null ? AskAsync(HttpMethod.Delete, Target, body: null) : AskAsync(HttpMethod.Put, Target, content.Bytes)));

    public Task RaceReadAsync() => round.ReadAsync(async () =>
    {
        byte[] bytes = [];
        return (await CountAsync(SendAsync(HttpMethod.Get, Target, body: null, [], received => bytes = received)), bytes);
    });

    public Task ReadAsync() => round.ReadAsync(async () =>
    {
        byte[] bytes = [];
        return (await UntilAnsweredAsync(() => SendAsync(HttpMethod.Get, Target, body: null, [], received => bytes = received)), bytes);
    });

    public Task<RaceAnswer> CompleteAsync(string upload, RaceContent content, bool mustBeAbsent = false) =>
        round.CompleteAsync(upload, content, mustBeAbsent, () => CountAsync(AskAsync(
            HttpMethod.Post,
            $"{Target}?uploadId={upload}",
            Encoding.ASCII.GetBytes(CompletionDocument.Of((1, content.PartTag))),
            mustBeAbsent ? [("if-none-match", AnyObject)] : [])));

    public Task AbortAsync(string upload) => round.AbortAsync(upload, () => CountAsync(
        AskAsync(HttpMethod.Delete, $"{Target}?uploadId={upload}", body: null)));

    public Task ReplacePartAsync(string upload, RaceContent content) => round.ReplaceAsync(upload, () => CountAsync(
        AskAsync(HttpMethod.Put, PartOf(upload), content.Bytes)));

    private string PartOf(string upload) => $"{Target}?partNumber=1&uploadId={upload}";

    private Task<RaceAnswer> SendPutAsync(RaceContent content, bool mustBeAbsent, RaceContent? replaced) => CountAsync(AskAsync(
        HttpMethod.Put,
        Target,
        content.Bytes,
        mustBeAbsent ? [("if-none-match", AnyObject)] : replaced is not null ? [("if-match", replaced.ETag)] : []));

    private async Task<RaceAnswer> RequireAsync(HttpMethod method, string target, byte[] body)
    {
        var answer = round.IsKilled ? await UntilAnsweredAsync(() => AskAsync(method, target, body)) : await AskAsync(method, target, body);
        Assert.True(answer.IsSuccess, $"{method} {target} answered {answer.Code}.");
        return answer;
    }

    private async Task<RaceAnswer> CountAsync(Task<RaceAnswer> request)
    {
        var answer = await request;
        onAnswer();
        return answer;
    }

    private static async Task<RaceAnswer> UntilAnsweredAsync(Func<Task<RaceAnswer>> request)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await request();
            if (!answer.IsNone)
            {
                return answer;
            }

            Assert.False(patience.IsCancellationRequested, $"A request gets no answer within {Patience.TotalSeconds:F0} s.");
            await Task.Delay(Pause);
        }
    }

    private Task<RaceAnswer> AskAsync(HttpMethod method, string target, byte[]? body, params (string Name, string Value)[] headers) =>
        SendAsync(method, target, body, headers, static _ => { });

    /// <summary>Sends a request. In a round with a kill, a failure of the server is no answer.</summary>
    private async Task<RaceAnswer> SendAsync(
        HttpMethod method, string target, byte[]? body, (string Name, string Value)[] headers, Action<byte[]> receive)
    {
        try
        {
            using var content = body is null ? null : new ByteArrayContent(body);
            using var request = requests.Create(method, target, PayloadModes.NotSigned, content, headers);
            using var answer = await http.SendAsync(request);
            var received = await answer.Content.ReadAsByteArrayAsync();
            receive(received);
            var isObject = method == HttpMethod.Get && answer.IsSuccessStatusCode;
            var text = isObject ? "" : Encoding.UTF8.GetString(received);

            // A completion that fails late has the status 200 and a document with the error.
            var code = ErrorCode().Match(text) is { Success: true } error ? error.Value
                : answer.IsSuccessStatusCode ? null
                : $"{answer.StatusCode}";

            // A server that was paused in the middle of a body finds that the body is late.
            var isFailure = answer.StatusCode >= HttpStatusCode.InternalServerError
                || code is "InternalError" or "ServiceUnavailable" or "RequestTimeout";
            return code is null ? new RaceAnswer(null, answer.Headers.ETag?.Tag ?? ResultIn(text))
                : isFailure && round.IsKilled ? RaceAnswer.None
                : new RaceAnswer(code);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            return RaceAnswer.None;
        }
    }

    private static string? ResultIn(string text) =>
        Result().Match(text) is { Success: true } found ? WebUtility.HtmlDecode(found.Value) : null;

    [GeneratedRegex("(?<=<Code>)[^<]*")]
    private static partial Regex ErrorCode();

    /// <summary>The ETag of a completed upload or of a copy, or the ID of a new upload.</summary>
    [GeneratedRegex("(?<=<(ETag|UploadId)>)[^<]*")]
    private static partial Regex Result();
}
