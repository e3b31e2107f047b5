using System.Net;
using OrleansUploads.Client.Models;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>An in-memory vault with at most one upload and one job. It checks signatures and hashes, and tests can make it
/// fail.</summary>
internal sealed class FakeVault : ScriptedServer
{
    public const string UploadId = "upload-1";
    public const string ArchiveId = "archive-1";
    public const string JobId = "job-1";

    private readonly Lock _gate = new();
    private ArchiveSpec? _completed;

    private sealed record ArchiveSpec(string Size, string TreeHash);

    /// <summary>The stored parts by their first byte.</summary>
    public SortedDictionary<long, byte[]> Parts { get; } = [];

    /// <summary>The concatenated bytes of all parts.</summary>
    public byte[] Archive => [.. Parts.Values.SelectMany(part => part)];

    public long PartSizeBytes { get; set; }

    /// <summary>The output of the job.</summary>
    public byte[] Output { get; set; } = [];

    /// <summary>The number of job descriptions that return "in progress" before the job has finished.</summary>
    public int PollsUntilDone { get; set; }

    public string JobStatusAtEnd { get; set; } = "Succeeded";

    /// <summary>Sees each request first. It may return or throw the result; null continues normally.</summary>
    public Func<ReceivedRequest, HttpResponseMessage?> Before { get; set; } = _ => null;

    /// <summary>May replace the answer, or throw to lose it.</summary>
    public Func<ReceivedRequest, HttpResponseMessage, HttpResponseMessage> After { get; set; } = (_, answer) => answer;

    public IEnumerable<ReceivedRequest> Sent(string method, string targetPart) => Received.Where(request =>
        request.Method == method && request.Target.Contains(targetPart, StringComparison.Ordinal));

    protected override Task<HttpResponseMessage> AnswerAsync(ReceivedRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(Before(request) ?? After(request, Handle(request)));
        }
    }

    private HttpResponseMessage Handle(ReceivedRequest request)
    {
        if (request.Verify(Time.GetUtcNow()) is { IsVerified: false } verdict)
        {
            return Refuse(HttpStatusCode.Forbidden, "InvalidSignatureException", verdict.Message);
        }

        var path = request.Target.Split('?')[0];
        return (request.Method, path[(path.LastIndexOf('/') + 1)..]) switch
        {
            ("POST", "multipart-uploads") => Initiate(request),
            ("PUT", UploadId) when _completed is null => PutPart(request),
            ("GET", UploadId) when _completed is null => List(request),
            ("POST", UploadId) => Complete(request),
            ("POST", "jobs") => Answer(HttpStatusCode.Accepted, null, ("x-amz-job-id", JobId)),
            ("GET", JobId) => DescribeJob(),
            ("GET", "output") => GetOutput(request),
            _ => Refuse(HttpStatusCode.NotFound, "ResourceNotFoundException", "Not found."),
        };
    }

    private HttpResponseMessage Initiate(ReceivedRequest request)
    {
        PartSizeBytes = long.Parse(request.Header("x-amz-part-size")!, CultureInfo.InvariantCulture);
        return Answer(HttpStatusCode.Created, null, ("x-amz-multipart-upload-id", UploadId));
    }

    private HttpResponseMessage PutPart(ReceivedRequest request)
    {
        var text = request.Header("content-range")!;
        Assert.True(ByteRange.TryParse(text.AsSpan()["bytes ".Length..^"/*".Length], out var range), text);
        var treeHash = TreeHasher.Compute(request.Body).ToString();
        if (range.LengthBytes != request.Body.Length || treeHash != request.Header("x-amz-sha256-tree-hash"))
        {
            return Invalid("The part does not match its headers.");
        }

        Parts[range.Start] = request.Body;
        return Answer(HttpStatusCode.NoContent, null, ("x-amz-sha256-tree-hash", treeHash));
    }

    // Pages have two parts, so that most lists have several pages.
    private HttpResponseMessage List(ReceivedRequest request)
    {
        var marker = request.Target.Split("marker=") is [_, var value] ? long.Parse(value, CultureInfo.InvariantCulture) : 0;
        var rest = Parts.Where(part => part.Key >= marker).ToList();
        var items = rest.Take(2).Select(part =>
            $$"""
            {"RangeInBytes":"{{new ByteRange(part.Key, part.Key + part.Value.Length)}}",
             "SHA256TreeHash":"{{TreeHasher.Compute(part.Value)}}"}
            """);
        var next = rest.Count > 2 ? $"\"{rest[2].Key}\"" : "null";
        return Answer(HttpStatusCode.OK, $$"""
            {"MultipartUploadId":"{{UploadId}}","PartSizeInBytes":{{PartSizeBytes}},"ArchiveDescription":null,
             "Parts":[{{string.Join(',', items)}}],"Marker":{{next}} }
            """);
    }

    private HttpResponseMessage Complete(ReceivedRequest request)
    {
        var stated = new ArchiveSpec(request.Header("x-amz-archive-size")!, request.Header("x-amz-sha256-tree-hash")!);
        var archive = Archive;
        var computed = new ArchiveSpec(
            archive.Length.ToString(CultureInfo.InvariantCulture), TreeHasher.Compute(archive).ToString());
        if (stated != computed)
        {
            return Invalid("The parts do not match the archive's size and tree hash.");
        }

        _completed = stated;
        return Answer(
            HttpStatusCode.Created, null,
            ("x-amz-archive-id", ArchiveId), ("x-amz-sha256-tree-hash", computed.TreeHash), ("Location", "/1/vaults/v/archives/a"));
    }

    private HttpResponseMessage DescribeJob()
    {
        var status = PollsUntilDone-- > 0 ? "InProgress" : JobStatusAtEnd;
        return Answer(HttpStatusCode.OK, $$"""
            {"JobId":"{{JobId}}","Action":"ArchiveRetrieval","ArchiveId":"{{ArchiveId}}","ArchiveSizeInBytes":{{Output.Length}},
             "RetrievalByteRange":"{{new ByteRange(0, Output.Length)}}","SHA256TreeHash":"{{TreeHasher.Compute(Output)}}",
             "StatusCode":"{{status}}","StatusMessage":"the job's status message","CreationDate":"2026-05-17T10:00:00.000Z","VaultARN":"arn"}
            """);
    }

    private HttpResponseMessage GetOutput(ReceivedRequest request)
    {
        Assert.True(ByteRange.TryParse(request.Header("range").AsSpan("bytes=".Length), out var range));
        var bytes = Output[(int)range.Start..(int)range.EndExclusive];
        var answer = Answer(
            HttpStatusCode.PartialContent, null, ("x-amz-sha256-tree-hash", TreeHasher.Compute(bytes).ToString()));
        answer.Content = new ByteArrayContent(bytes);
        answer.Content.Headers.TryAddWithoutValidation("Content-Range", $"bytes {range}/{Output.Length}");
        return answer;
    }

    private static HttpResponseMessage Invalid(string message) =>
        Refuse(HttpStatusCode.BadRequest, "InvalidParameterValueException", message);

    private static HttpResponseMessage Refuse(HttpStatusCode status, string code, string message) =>
        Answer(status, Error(code, message));
}
