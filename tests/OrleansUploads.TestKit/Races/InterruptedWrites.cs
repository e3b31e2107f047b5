using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using OrleansUploads.TestKit.Processes;
using OrleansUploads.Signing;

namespace OrleansUploads.TestKit.Races;

/// <summary>Clients whose writes of objects are interrupted by a kill, and who then write the same keys again until they are
/// acknowledged. From then on, every read must show the second write.</summary>
/// <param name="http">Sends requests. It repeats nothing.</param>
/// <param name="endpoint">The address that requests are signed for.</param>
/// <param name="accessKeyId">The access key.</param>
/// <param name="secret">Its secret.</param>
public sealed partial class InterruptedWrites(HttpClient http, Uri endpoint, string accessKeyId, string secret)
{
    public const string Bucket = "/interrupted";

    private const string Source = Bucket + "/source";
    private const string First = "the first write";
    private const string Second = "the second write";
    private const string Before = "what was there before";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Short, because the second write should come before the server has done what was left to do.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly SignedRequests _requests = new(endpoint, new RequestSigner(SigningRules.S3, "us-east-1", accessKeyId, secret));
    private readonly List<string> _wrong = [];
    private int _answered;

    /// <summary>The kinds of writes that are interrupted.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["put", "multipart", "copy", "create", "replace"];

    /// <summary>Reads after the second write that did not show it.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>The number of reads after the second write.</summary>
    public int Reads { get; private set; }

    /// <summary>The number of first writes that were answered before the kill, and of all.</summary>
    public (int Answered, int All) FirstWrites { get; private set; }

    /// <summary>Creates the bucket and the object that is copied.</summary>
    public async Task BeginAsync()
    {
        await UntilAnsweredAsync(HttpMethod.Put, Bucket, body: null);
        await UntilAnsweredAsync(HttpMethod.Put, Source, First);
    }

    /// <summary>Interrupts one write of each client and judges the keys afterwards.</summary>
    /// <param name="round">The number of the round, which has keys of its own.</param>
    /// <param name="clients">The number of clients of each kind of write.</param>
    /// <param name="killAfter">The number of answers before the kill.</param>
    /// <param name="killAsync">Kills the server and starts it again. Returns when it is ready, but the second writes do not wait for
    /// that.</param>
    /// <param name="readAgainAfter">When to read the keys again.</param>
    public async Task RunAsync(
        int round, int clients, int killAfter, Func<(Task Killed, Task Restarted)> killAsync, IReadOnlyList<TimeSpan> readAgainAfter)
    {
        var keys = (from kind in Kinds
                    from client in Enumerable.Range(0, clients)
                    select new Key($"{Bucket}/{round}/{kind}/{client}", kind, IsDeleted: client % 2 == 1)).ToList();
        await Task.WhenAll(keys.Select(PrepareAsync));

        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _answered = 0;
        var writing = Task.WhenAll(keys.Select(async key =>
        {
            var isAnswered = await WriteFirstAsync(key);
            if (isAnswered && Interlocked.Increment(ref _answered) >= killAfter)
            {
                answered.TrySetResult();
            }

            return isAnswered;
        }));
        await Task.WhenAny(killAfter == 0 ? Task.CompletedTask : answered.Task, writing);
        var (killed, restarted) = killAsync();
        await killed;
        var firsts = await writing;
        FirstWrites = (FirstWrites.Answered + firsts.Count(static isAnswered => isAnswered), FirstWrites.All + firsts.Length);

        await Task.WhenAll(keys.Select(async key =>
        {
            await UntilAnsweredAsync(key.IsDeleted ? HttpMethod.Delete : HttpMethod.Put, key.Name, key.IsDeleted ? null : Second);
            await JudgeAsync(key, "at once");
        }));
        await restarted;
        var start = TimeProvider.System.GetTimestamp();
        foreach (var after in readAgainAfter)
        {
            var left = after - TimeProvider.System.GetElapsedTime(start);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            await Task.WhenAll(keys.Select(key => JudgeAsync(key, string.Create(CultureInfo.InvariantCulture, $"after {after.TotalSeconds} s"))));
        }
    }

    private async Task PrepareAsync(Key key)
    {
        switch (key.Kind)
        {
            case "replace":
                await UntilAnsweredAsync(HttpMethod.Put, key.Name, Before);
                key.Tag = (await AskAsync(HttpMethod.Head, key.Name, body: null)).Tag;
                break;
            case "multipart":
                key.Upload = UploadIdIn((await UntilAnsweredAsync(HttpMethod.Post, key.Name + "?uploads", body: null)).Text);
                key.Tag = (await UntilAnsweredAsync(
                    HttpMethod.Put, $"{key.Name}?partNumber=1&uploadId={key.Upload}", First)).Tag;
                break;
        }
    }

    /// <summary>Sends the write that may be interrupted. Returns whether it was answered.</summary>
    private async Task<bool> WriteFirstAsync(Key key)
    {
        try
        {
            var answer = key.Kind switch
            {
                "multipart" => await AskAsync(
                    HttpMethod.Post,
                    $"{key.Name}?uploadId={key.Upload}",
                    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + key.Tag + "</ETag></Part></CompleteMultipartUpload>"),
                "copy" => await AskAsync(HttpMethod.Put, key.Name, body: null, ("x-amz-copy-source", Source)),
                "create" => await AskAsync(HttpMethod.Put, key.Name, First, ("if-none-match", "*")),
                "replace" => await AskAsync(HttpMethod.Put, key.Name, First, ("if-match", key.Tag!)),
                _ => await AskAsync(HttpMethod.Put, key.Name, First),
            };
            return answer.Status == HttpStatusCode.OK;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private async Task JudgeAsync(Key key, string when)
    {
        var answer = await UntilAnsweredAsync(HttpMethod.Get, key.Name, body: null, HttpStatusCode.NotFound);
        lock (_wrong)
        {
            Reads++;
            var isRight = key.IsDeleted
                ? answer.Status == HttpStatusCode.NotFound
                : answer.Status == HttpStatusCode.OK && answer.Text == Second;
            if (!isRight)
            {
                _wrong.Add($"{key.Name}, {(key.IsDeleted ? "deleted" : "overwritten")}, shows {answer.Status} '{answer.Text}' {when}");
            }
        }
    }

    /// <summary>Repeats a request until it succeeds, or has another status that also counts as an answer.</summary>
    private async Task<Answer> UntilAnsweredAsync(HttpMethod method, string target, string? body, HttpStatusCode? other = null)
    {
        using var deadline = new CancellationTokenSource(Patience);
        for (var last = "nothing"; ; deadline.Token.ThrowIfCancellationRequested())
        {
            try
            {
                var answer = await AskAsync(method, target, body);
                if ((int)answer.Status < 300 || answer.Status == other)
                {
                    return answer;
                }

                last = $"{answer.Status} {answer.Text}";
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException)
            {
                // Until the port answers.
                last = fault.Message;
            }

            Assert.False(deadline.IsCancellationRequested, $"{method} {target} gets no answer: {last}");
            await Task.Delay(Pause);
        }
    }

    private async Task<Answer> AskAsync(
        HttpMethod method, string target, string? body, params (string Name, string Value)[] headers)
    {
        using var content = body is null ? null : new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        using var request = _requests.Create(method, target, PayloadModes.NotSigned, content, headers);
        using var answer = await http.SendAsync(request);
        return new Answer(answer.StatusCode, answer.Headers.ETag?.Tag, await answer.Content.ReadAsStringAsync());
    }

    private static string UploadIdIn(string xml) => UploadIdElement().Match(xml).Groups[1].Value;

    [GeneratedRegex("<UploadId>(.*)</UploadId>")]
    private static partial Regex UploadIdElement();

    private sealed record Key(string Name, string Kind, bool IsDeleted)
    {
        /// <summary>The ETag of the object or part that the first write refers to.</summary>
        public string? Tag { get; set; }

        public string? Upload { get; set; }
    }

    private sealed record Answer(HttpStatusCode Status, string? Tag, string Text);
}
