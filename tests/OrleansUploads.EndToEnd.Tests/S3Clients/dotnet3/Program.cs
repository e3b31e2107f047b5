// URLs that version 3 of Amazon's SDK for .NET presigns. It uses Signature Version 2 unless it is told otherwise.
// Usage: presigned ENDPOINT BUCKET accepted|refused
// The last argument says what the server does with URLs of Version 2.

using System.Net;
using Amazon;
using Amazon.S3;
using Amazon.S3.Model;

if (args is not [var endpoint, var bucket, "accepted" or "refused"])
{
    Console.Error.WriteLine("Usage: presigned ENDPOINT BUCKET accepted|refused");
    return 2;
}

var isAccepted = args[2] == "accepted";
using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
using var s3 = new AmazonS3Client(new AmazonS3Config
{
    ServiceURL = endpoint,
    AuthenticationRegion = "us-east-1",
    ForcePathStyle = true,
    MaxErrorRetry = 0,
});
await s3.PutBucketAsync(bucket);
await CheckAsync("version 2");
AWSConfigsS3.UseSignatureVersion4 = true;
await CheckAsync("version 4");
return 0;

async Task CheckAsync(string version)
{
    var isVersion4 = version == "version 4";
    var key = $"a key+é/{version}";
    var put = Presign(HttpVerb.PUT, request =>
    {
        request.ContentType = "text/plain";
        request.Metadata["colour"] = "light blue";
    });
    Require(put.Contains("X-Amz-Signature=", StringComparison.Ordinal) == isVersion4, $"{put} is not of {version}.");
    if (!isVersion4 && !isAccepted)
    {
        await SendAsync(HttpMethod.Put, put, HttpStatusCode.BadRequest, "hello");
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = key, ContentBody = "hello" });
        await SendAsync(HttpMethod.Get, Presign(HttpVerb.GET), HttpStatusCode.BadRequest);
        return;
    }

    await SendAsync(HttpMethod.Put, put, HttpStatusCode.OK, "hello");
    await SendAsync(HttpMethod.Put, put.Replace($"/{bucket}/", $"/{bucket}x/", StringComparison.Ordinal), HttpStatusCode.Forbidden, "other");
    var get = Presign(HttpVerb.GET, request => request.ResponseHeaderOverrides.ContentDisposition = "attachment; filename=\"a b\"");
    var got = await SendAsync(HttpMethod.Get, get, HttpStatusCode.OK);
    Require(await got.Content.ReadAsStringAsync() == "hello", "The object has other bytes.");
    Require(got.Headers.GetValues("x-amz-meta-colour").Single() == "light blue", "The object has other metadata.");
    Require(got.Content.Headers.ContentType?.ToString() == "text/plain", "The object has another type.");
    Require(got.Content.Headers.ContentDisposition?.ToString() == "attachment; filename=\"a b\"", "The header was not overridden.");
    await SendAsync(HttpMethod.Head, Presign(HttpVerb.HEAD), HttpStatusCode.OK);
    await SendAsync(HttpMethod.Put, get, HttpStatusCode.Forbidden, "other");
    await SendAsync(HttpMethod.Get, get.Replace("attachment", "inline", StringComparison.Ordinal), HttpStatusCode.Forbidden);

    var upload = (await s3.InitiateMultipartUploadAsync(bucket, key)).UploadId;
    var part = Presign(HttpVerb.PUT, request =>
    {
        request.UploadId = upload;
        request.PartNumber = 1;
    });
    var stored = await SendAsync(HttpMethod.Put, part, HttpStatusCode.OK, "part");
    await s3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
    {
        BucketName = bucket,
        Key = key,
        UploadId = upload,
        PartETags = [new PartETag(1, stored.Headers.ETag!.Tag)],
    });
    Require(await (await SendAsync(HttpMethod.Get, Presign(HttpVerb.GET), HttpStatusCode.OK)).Content.ReadAsStringAsync() == "part", "The part has other bytes.");

    string Presign(HttpVerb verb, Action<GetPreSignedUrlRequest>? change = null)
    {
        var request = new GetPreSignedUrlRequest
        {
            BucketName = bucket,
            Key = key,
            Verb = verb,
            Expires = DateTime.UtcNow.AddMinutes(5),
            Protocol = endpoint.StartsWith("https:", StringComparison.Ordinal) ? Protocol.HTTPS : Protocol.HTTP,
        };
        change?.Invoke(request);
        return s3.GetPreSignedURL(request);
    }

    // The metadata and the type of the object are signed headers.
    async Task<HttpResponseMessage> SendAsync(HttpMethod method, string url, HttpStatusCode expected, string? body = null)
    {
        using var request = new HttpRequestMessage(method, url);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
            if (!url.Contains("uploadId", StringComparison.OrdinalIgnoreCase))
            {
                request.Content.Headers.ContentType = new("text/plain");
                request.Headers.Add("x-amz-meta-colour", "light blue");
            }
        }

        var answer = await http.SendAsync(request);
        Require(answer.StatusCode == expected, $"{method} {url}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return answer;
    }
}

static void Require(bool isTrue, string message)
{
    if (!isTrue)
    {
        throw new InvalidOperationException(message);
    }
}
