using Amazon.S3;
using Amazon.S3.Model;

namespace OrleansUploads.EndToEnd.Tests.Races;

/// <summary>Sends the requests of one round and records their answers.</summary>
internal sealed class RaceClient(IAmazonS3 s3, Round round)
{
    public const string Bucket = "races";

    private const int PartNumber = 1;
    private const string AnyObject = "*";

    private int _answers;
    private int _awaited;
    private TaskCompletionSource _reached = new();

    /// <summary>Completes after this many more answers.</summary>
    public Task AnsweredAsync(int count)
    {
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited = Volatile.Read(ref _answers) + count;
        CheckReached();
        return _reached.Task;
    }

    /// <summary>Begins an upload and stores its part.</summary>
    public async Task<string> BeginUploadAsync(RaceContent content)
    {
        var begun = await s3.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { BucketName = Bucket, Key = round.Key });
        await UploadPartAsync(begun.UploadId, content);
        return begun.UploadId;
    }

    public Task PutAsync(RaceContent content, bool mustBeAbsent = false) => round.WriteAsync(content, mustBeAbsent, () => AskAsync(
        async () => (await s3.PutObjectAsync(new PutObjectRequest
        {
            BucketName = Bucket,
            Key = round.Key,
            InputStream = new MemoryStream(content.Bytes),
            IfNoneMatch = mustBeAbsent ? AnyObject : null,
        })).ETag));

    public Task DeleteAsync() => round.WriteAsync(null, mustBeAbsent: false, () => AskAsync(async () =>
    {
        await s3.DeleteObjectAsync(Bucket, round.Key);
        return null;
    }));

    /// <summary>Reads the object. Returns whether there was an answer.</summary>
    public Task<bool> ReadAsync() => round.ReadAsync(async () =>
    {
        using var bytes = new MemoryStream();
        var answer = await AskAsync(async () =>
        {
            using var read = await s3.GetObjectAsync(Bucket, round.Key);
            await read.ResponseStream.CopyToAsync(bytes);
            return read.ETag;
        });
        return (answer, bytes.ToArray());
    });

    public Task<RaceAnswer> CompleteAsync(string upload, RaceContent content, bool mustBeAbsent = false) =>
        round.CompleteAsync(upload, content, mustBeAbsent, () => AskAsync(
            async () => (await s3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
            {
                BucketName = Bucket,
                Key = round.Key,
                UploadId = upload,
                PartETags = [new PartETag(PartNumber, content.PartTag)],
                IfNoneMatch = mustBeAbsent ? AnyObject : null,
            })).ETag));

    public Task AbortAsync(string upload) => round.AbortAsync(upload, () => AskAsync(async () =>
    {
        await s3.AbortMultipartUploadAsync(Bucket, round.Key, upload);
        return null;
    }));

    public Task ReplacePartAsync(string upload, RaceContent content) => round.ReplaceAsync(upload, () => AskAsync(
        () => UploadPartAsync(upload, content)));

    private async Task<string?> UploadPartAsync(string upload, RaceContent content) =>
        (await s3.UploadPartAsync(new UploadPartRequest
        {
            BucketName = Bucket,
            Key = round.Key,
            UploadId = upload,
            PartNumber = PartNumber,
            InputStream = new MemoryStream(content.Bytes),
        })).ETag;

    private async Task<RaceAnswer> AskAsync(Func<Task<string?>> request)
    {
        var answer = await RaceAnswer.OfAsync(request);
        Interlocked.Increment(ref _answers);
        CheckReached();
        return answer;
    }

    private void CheckReached()
    {
        if (Volatile.Read(ref _answers) >= _awaited)
        {
            _reached.TrySetResult();
        }
    }
}
