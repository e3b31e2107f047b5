using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Hashing;
using OrleansUploads.Testing;

namespace OrleansUploads.EndToEnd.Tests.TestServers;

/// <summary>The server of the package OrleansUploads.Testing, as tests of other programs use it.</summary>
public sealed class UploadsServerTests : IAsyncLifetime
{
    private const string Bucket = "photos";
    private const string Key = "2026/a b.jpg";

    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(1 << 20);
    private UploadsServer _server = null!;
    private AmazonS3Client _s3 = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await UploadsServer.StartAsync(cancellationToken: Cancellation);
        await _server.CreateBucketAsync(Bucket, Cancellation);
        _s3 = new AmazonS3Client(
            new BasicAWSCredentials(_server.AccessKeyId, _server.SecretAccessKey),
            new AmazonS3Config { ServiceURL = _server.Endpoint.ToString(), AuthenticationRegion = "us-east-1", ForcePathStyle = true });
    }

    public async ValueTask DisposeAsync()
    {
        _s3.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_completion_whose_answer_is_lost_is_repeated_and_makes_one_object()
    {
        var (upload, part) = await UploadPartAsync();
        var lost = 0;
        for (var answer = 0; answer < 2; answer++)
        {
            _server.LoseNextAnswer(request => request.Method == "POST" && ++lost > 0);
        }

        var completed = await CompleteAsync(upload, part);

        Assert.Equal(2, lost);
        var listed = Assert.Single((await _s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }, Cancellation)).S3Objects);
        Assert.Equal((Key, completed.ETag), (listed.Key, listed.ETag));
        Assert.Equal(_bytes, await ReadAsync());
    }

    [Fact]
    public async Task Of_requests_at_the_same_time_one_loses_its_answer()
    {
        using var http = new HttpClient { BaseAddress = _server.Endpoint };
        using var both = new Barrier(2);
        _server.LoseNextAnswer(_ =>
        {
            // Each request looks, if the other one may look meanwhile.
            both.SignalAndWait(TimeSpan.FromMilliseconds(100));
            return true;
        });
        _server.LoseNextAnswer(static request => request.Method == "POST");

        var asked = await Task.WhenAll(AskAsync(), AskAsync());

        Assert.Single(asked, static isAnswered => isAnswered);

        async Task<bool> AskAsync()
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_server_may_be_disposed_more_than_once()
    {
        await _server.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_restart_keeps_what_was_answered_and_the_address_and_the_key()
    {
        var (upload, part) = await UploadPartAsync();
        var address = _server.Endpoint;

        await _server.RestartAsync(Cancellation);

        Assert.Equal(address, _server.Endpoint);
        await CompleteAsync(upload, part);
        Assert.Equal(_bytes, await ReadAsync());
    }

    [Fact]
    public async Task A_killed_server_answers_nothing_until_it_is_restarted()
    {
        var (upload, part) = await UploadPartAsync();

        await _server.KillAsync();
        await _server.KillAsync();

        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(_server.Endpoint, Cancellation));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _server.ListOpenUploadsAsync(Cancellation));
        await _server.RestartAsync(Cancellation);
        await CompleteAsync(upload, part);
        Assert.Equal(_bytes, await ReadAsync());
    }

    [Fact]
    public async Task What_a_killed_server_was_doing_is_not_done_and_can_be_repeated()
    {
        var upload = (await _s3.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = Bucket, Key = Key }, Cancellation)).UploadId;
        using var half = new HalfStream(_bytes);
        var sending = SendPartAsync(upload, half);
        await half.Sent.WaitAsync(Cancellation);

        await _server.KillAsync();

        half.GoOn();
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
        await _server.RestartAsync(Cancellation);
        var listed = await _s3.ListPartsAsync(new ListPartsRequest { BucketName = Bucket, Key = Key, UploadId = upload }, Cancellation);
        Assert.Empty(listed.Parts ?? []);
        using var whole = new MemoryStream(_bytes);
        await CompleteAsync(upload, await SendPartAsync(upload, whole));
        Assert.Equal(_bytes, await ReadAsync());
    }

    [Fact]
    public async Task An_upload_that_is_left_open_is_listed_until_it_expires()
    {
        await _server.CreateVaultAsync("tapes", Cancellation);
        using var glacier = NewVaultClient();
        var archive = await glacier.InitiateMultipartUploadAsync("tapes", 1 << 20, "tape 7", cancellationToken: Cancellation);
        var (upload, _) = await UploadPartAsync();

        var open = await _server.ListOpenUploadsAsync(Cancellation);

        Assert.Equal([$"{Bucket} {Key} {upload}", $"tapes  {archive}"], open.Select(static left => $"{left.Container} {left.Key} {left.UploadId}"));
        Assert.All(open, left => Assert.InRange(left.InitiatedAt, _server.Now.AddMinutes(-1), _server.Now));

        await _server.AdvanceAsync(TimeSpan.FromDays(30), Cancellation);

        Assert.Empty(await _server.ListOpenUploadsAsync(Cancellation));
        var gone = await Assert.ThrowsAsync<AmazonS3Exception>(() => _s3.ListPartsAsync(
            new ListPartsRequest { BucketName = Bucket, Key = Key, UploadId = upload }, Cancellation));
        Assert.Equal("NoSuchUpload", gone.ErrorCode);
    }

    [Fact]
    public async Task An_aborted_and_a_completed_upload_are_not_open()
    {
        var (completed, part) = await UploadPartAsync();
        await CompleteAsync(completed, part);
        var (aborted, _) = await UploadPartAsync();
        await _s3.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = Bucket, Key = Key, UploadId = aborted }, Cancellation);
        Assert.Empty(await _server.ListOpenUploadsAsync(Cancellation));
    }

    [Fact]
    public async Task An_archive_whose_answer_is_lost_has_one_id()
    {
        await _server.CreateVaultAsync("tapes", Cancellation);
        using var glacier = NewVaultClient();
        var upload = await glacier.InitiateMultipartUploadAsync("tapes", 1 << 20, "tape 7", cancellationToken: Cancellation);
        await glacier.UploadPartAsync("tapes", upload, 0, HashedBody.Of(_bytes), Cancellation);
        var hash = TreeHasher.Compute(_bytes);
        _server.LoseNextAnswer();

        var repeated = await glacier.CompleteMultipartUploadAsync("tapes", upload, _bytes.Length, hash, Cancellation);

        Assert.Equal(repeated, await glacier.CompleteMultipartUploadAsync("tapes", upload, _bytes.Length, hash, Cancellation));
    }

    [Fact]
    public async Task A_transfer_whose_initiation_is_not_answered_leaves_no_upload_open()
    {
        await _server.CreateVaultAsync("tapes", Cancellation);
        using var glacier = NewVaultClient();
        _server.LoseNextAnswer();

        await new ArchiveUpload(glacier).UploadAsync("tapes", ByteSource.FromMemory(_bytes), cancellationToken: Cancellation);

        Assert.Empty(await _server.ListOpenUploadsAsync(Cancellation));
    }

    [Fact]
    public async Task Names_that_the_protocols_do_not_permit_are_refused()
    {
        Assert.Contains("'No'", (await Assert.ThrowsAsync<ArgumentException>(() => _server.CreateBucketAsync("No", Cancellation))).Message, StringComparison.Ordinal);
        Assert.Contains("'a/b'", (await Assert.ThrowsAsync<ArgumentException>(() => _server.CreateVaultAsync("a/b", Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_disposed_of_cannot_be_asked_or_restarted()
    {
        var ended = await UploadsServer.StartAsync(cancellationToken: Cancellation);
        await ended.DisposeAsync();
        await ended.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ended.CreateVaultAsync("v", Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ended.RestartAsync(Cancellation));
    }

    [Fact]
    public async Task Two_servers_in_one_process_share_nothing()
    {
        await using var other = await UploadsServer.StartAsync(cancellationToken: Cancellation);
        await other.CreateBucketAsync("other", Cancellation);
        Assert.Equal([Bucket], (await _s3.ListBucketsAsync(Cancellation)).Buckets.Select(static bucket => bucket.BucketName));
    }

    private GlacierClient NewVaultClient() => new(new GlacierClientOptions
    {
        Endpoint = _server.Endpoint,
        Region = "us-east-1",
        AccessKeyId = _server.AccessKeyId,
        SecretAccessKey = _server.SecretAccessKey,
    });

    private async Task<(string Upload, PartETag Part)> UploadPartAsync()
    {
        var upload = (await _s3.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = Bucket, Key = Key }, Cancellation)).UploadId;
        using var whole = new MemoryStream(_bytes);
        return (upload, await SendPartAsync(upload, whole));
    }

    private async Task<PartETag> SendPartAsync(string upload, Stream content)
    {
        var part = await _s3.UploadPartAsync(
            new UploadPartRequest { BucketName = Bucket, Key = Key, UploadId = upload, PartNumber = 1, InputStream = content }, Cancellation);
        return new PartETag(1, part.ETag);
    }

    private Task<CompleteMultipartUploadResponse> CompleteAsync(string upload, PartETag part) => _s3.CompleteMultipartUploadAsync(
        new CompleteMultipartUploadRequest { BucketName = Bucket, Key = Key, UploadId = upload, PartETags = [part] }, Cancellation);

    private async Task<byte[]> ReadAsync()
    {
        using var read = await _s3.GetObjectAsync(Bucket, Key, Cancellation);
        using var bytes = new MemoryStream();
        await read.ResponseStream.CopyToAsync(bytes, Cancellation);
        return bytes.ToArray();
    }
}
