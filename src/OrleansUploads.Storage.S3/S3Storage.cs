using System.Globalization;
using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;
using Amazon.S3.Model;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Storage.S3;

/// <summary>A bucket of Amazon S3, or of a store that speaks its protocol.</summary>
public sealed class S3Storage : IObjectStorage
{
    /// <summary>The longest object for a store that does not understand chunks. It is kept in memory until its hash is known.</summary>
    private const int MaxWholeBytes = 64 * 1024 * 1024;

    private const int BufferBytes = 128 * 1024;

    private const string CreateOnly = "If-None-Match";

    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly string _prefix;
    private bool? _signsChunks;
    private AnswerKind _answers;

    /// <param name="address">The bucket and the prefix of the names.</param>
    /// <param name="credentials">Null for those of the address's profile, or else for those that the SDK finds: in the environment, in
    /// profiles, or from the machine.</param>
    /// <exception cref="AmazonClientException">The SDK knows no region, and the address has no endpoint.</exception>
    /// <exception cref="PartStoreUnavailableException">The profile of the address does not exist or has no credentials.</exception>
    public S3Storage(StorageAddress address, AWSCredentials? credentials = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        var settings = new AmazonS3Config
        {
            // The part store repeats calls, because it knows which bytes it can send again.
            MaxErrorRetry = 0,
            Timeout = Timeout.InfiniteTimeSpan,

            // By default, the SDK sends 8 KiB with each call of the system. This is more than one of its chunks.
            BufferSize = BufferBytes,

            // The hash of each chunk is signed, which every store checks. Not all stores check the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (address.Endpoint is { } endpoint)
        {
            settings.ServiceURL = endpoint.ToString();
            settings.ForcePathStyle = true;
            settings.AuthenticationRegion = address.Region ?? "us-east-1";
        }
        else if (address.Region is { } region)
        {
            settings.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        credentials ??= address.Profile is { } profile ? CredentialsOf(profile) : null;
        _client = credentials is null ? new AmazonS3Client(settings) : new AmazonS3Client(credentials, settings);
        (_bucket, _prefix) = (address.Container, address.Prefix);
        Address = address.ToString();
    }

    public string Address { get; }

    public async Task PutAsync(
        string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        _signsChunks ??= await UnderstandsChunksAsync(cancellationToken);
        using var check = new AnswerCheck(_answers);
        check.Require(await PutAsync(key, content, lengthBytes, onlyIfAbsent, _signsChunks.Value, check, cancellationToken));
    }

    public async Task<SignedWrite> SignAsync(
        string key, long lengthBytes, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var request = new GetPreSignedUrlRequest
        {
            BucketName = _bucket,
            Key = _prefix + key,
            Verb = HttpVerb.PUT,
            Expires = until.UtcDateTime,
            Protocol = _client.Config.ServiceURL?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) == true ? Protocol.HTTP : Protocol.HTTPS,
        };
        request.Headers["Content-Length"] = lengthBytes.ToString(CultureInfo.InvariantCulture);
        request.Headers[CreateOnly] = "*";
        var address = await _client.GetPreSignedURLAsync(request).WaitAsync(cancellationToken);
        return new SignedWrite(new Uri(address), new Dictionary<string, string> { [CreateOnly] = "*" }, until);
    }

    public async Task<ObjectContent> ReadAsync(string key, ObjectRange range, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = _bucket,
            Key = _prefix + key,
            ByteRange = new ByteRange(range.Offset, range.Offset + range.LengthBytes - 1),
        };
        var response = await _client.GetObjectAsync(request, cancellationToken);
        return new ObjectContent(
            response.ResponseStream, ObjectContent.TotalIn(response.ContentRange) ?? response.ContentLength, response);
    }

    public async Task<ObjectPage> ListAsync(string prefix, string? page, CancellationToken cancellationToken)
    {
        var listed = await _client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = _bucket, Prefix = _prefix + prefix, ContinuationToken = page }, cancellationToken);
        return new ObjectPage(
            [.. (listed.S3Objects ?? []).Select(stored => new ListedObject(stored.Key[_prefix.Length..], stored.Size ?? 0))],
            listed.IsTruncated == true ? listed.NextContinuationToken : null);
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        _client.DeleteObjectAsync(_bucket, _prefix + key, cancellationToken);

    public int MaxDeletions => 1000;

    public async Task<IReadOnlyList<FailedDeletion>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var request = new DeleteObjectsRequest
        {
            BucketName = _bucket,
            Objects = [.. keys.Select(key => new KeyVersion { Key = _prefix + key })],

            // The answer names what was deleted, so that an object which it does not mention counts as left.
            Quiet = false,
        };
        DeleteObjectsResponse answer;
        try
        {
            answer = await _client.DeleteObjectsAsync(request, cancellationToken);
        }
        catch (DeleteObjectsException partly)
        {
            answer = partly.Response;
        }

        var deleted = (answer.DeletedObjects ?? []).Select(static stored => stored.Key).ToHashSet(StringComparer.Ordinal);
        var refused = (answer.DeleteErrors ?? []).ToLookup(static error => error.Key, StringComparer.Ordinal);
        return
        [
            .. keys.Where(key => !deleted.Contains(_prefix + key))
                .Select(key => Failure(key, refused[_prefix + key].FirstOrDefault())),
        ];
    }

    public ObjectFault FaultOf(Exception exception) => exception switch
    {
        AmazonServiceException answered => FaultOf(answered.ErrorCode, answered.StatusCode),
        AmazonClientException => ObjectFault.Unavailable,
        _ => ObjectFault.None,
    };

    public void Dispose() => _client.Dispose();

    private static AWSCredentials CredentialsOf(string profile) =>
        new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var credentials)
            ? credentials
            : throw new PartStoreUnavailableException($"There is no profile '{profile}' with credentials in the files of the AWS CLI.");

    private static FailedDeletion Failure(string key, DeleteError? error) => error is null
        ? new FailedDeletion(key, ObjectFault.Unavailable, "the answer does not mention it")
        : new FailedDeletion(key, FaultOf(error.Code, StatusOf(error.Code)), $"{error.Code}: {error.Message}");

    private static ObjectFault FaultOf(string? code, HttpStatusCode status) => code switch
    {
        "NoSuchBucket" => ObjectFault.Refused,
        "SlowDown" or "Throttling" or "RequestLimitExceeded" => ObjectFault.Throttled,
        "RequestTimeout" or "ExpiredToken" or "RequestTimeTooSkewed" => ObjectFault.Unavailable,
        "QuotaExceeded" or "XMinioStorageFull" => ObjectFault.Full,
        _ => ObjectFaults.Of(status),
    };

    /// <summary>The status for the code of one object in an answer about several, which has only one status. An unknown code may be
    /// temporary.</summary>
    private static HttpStatusCode StatusOf(string? code) =>
        code is "AccessDenied" or "MethodNotAllowed" or "InvalidArgument" ? HttpStatusCode.Forbidden : HttpStatusCode.InternalServerError;

    private async Task<PutObjectResponse> PutAsync(
        string key,
        Stream content,
        long lengthBytes,
        bool onlyIfAbsent,
        bool signsChunks,
        AnswerCheck check,
        CancellationToken cancellationToken)
    {
        await using var observed = new ObservedStream(content, check);
        using var whole = signsChunks ? null : await ReadWholeAsync(observed, lengthBytes, cancellationToken);
        var request = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = _prefix + key,
            InputStream = whole ?? (Stream)observed,
            AutoCloseStream = false,
            UseChunkEncoding = signsChunks,
            IfNoneMatch = onlyIfAbsent ? "*" : null,
        };
        request.Headers.ContentLength = lengthBytes;
        return await _client.PutObjectAsync(request, cancellationToken);
    }

    private static async Task<MemoryStream> ReadWholeAsync(Stream content, long lengthBytes, CancellationToken cancellationToken)
    {
        if (lengthBytes > MaxWholeBytes)
        {
            throw new AmazonClientException(
                $"The store does not understand bodies that are signed in chunks, so its objects have at most {MaxWholeBytes} bytes; this one "
                + $"has {lengthBytes}. Use smaller parts or another store.");
        }

        var whole = new MemoryStream((int)lengthBytes);
        await content.CopyToAsync(whole, cancellationToken);
        whole.Position = 0;
        return whole;
    }

    /// <summary>Stores that ignore the encoding keep the signatures of the chunks as a part of the object. Finds out what the answers say of
    /// the stored bytes, too.</summary>
    private async Task<bool> UnderstandsChunksAsync(CancellationToken cancellationToken)
    {
        var key = $"trial/chunks-{Guid.NewGuid():N}";
        var content = "signed in chunks"u8.ToArray();
        var answer = await PutTrialAsync(signsChunks: true);
        try
        {
            using (var read = await ReadAsync(key, new ObjectRange(0, content.Length), cancellationToken))
            {
                if (read.ObjectBytes == content.Length)
                {
                    _answers = AnswerCheck.KindOf(answer, content);
                    return true;
                }
            }

            _answers = AnswerCheck.KindOf(await PutTrialAsync(signsChunks: false), content);
            return false;
        }
        finally
        {
            await DeleteAsync(key, cancellationToken);
        }

        async Task<PutObjectResponse> PutTrialAsync(bool signsChunks)
        {
            using var body = new MemoryStream(content);
            using var none = new AnswerCheck(AnswerKind.Opaque);
            return await PutAsync(key, body, content.Length, onlyIfAbsent: false, signsChunks, none, cancellationToken);
        }
    }
}
