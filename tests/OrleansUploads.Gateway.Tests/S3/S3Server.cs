using System.Xml;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Hashing;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>A server with the S3 front. Each test creates its own bucket.</summary>
public class S3Server : ServerFixture
{
    public const string Namespace = "{http://s3.amazonaws.com/doc/2006-03-01/}";

    public static readonly Signer Owner = new() { Rules = SigningRules.S3 };

    public static readonly Signer Stranger = Signer.Stranger with { Rules = SigningRules.S3 };

    private int _buckets;

    /// <summary>Signs requests for which a test does not choose a signer.</summary>
    protected virtual Signer Signs => Owner;

    /// <summary>Signs and sends a request. The hash of the body is stated unless a header says otherwise.</summary>
    public Task<ApiAnswer> SendAsync(
        string method, string target, byte[]? body = null, Signer? signer = null, params (string Name, string Value)[] headers) =>
        SendAsync(Request(method, target, body, headers), signer ?? Signs);

    public Task<ApiAnswer> SendAsync(string method, string target, string body, params (string Name, string Value)[] headers) =>
        SendAsync(method, target, Encoding.UTF8.GetBytes(body), null, headers);

    public Task<ApiAnswer> GetAsync(string target, params (string Name, string Value)[] headers) =>
        SendAsync("GET", target, null, null, headers);

    public static ApiRequest Request(string method, string target, byte[]? body, params (string Name, string Value)[] headers)
    {
        var request = new ApiRequest(method, target)
            .WithBody(body ?? [])
            .With("x-amz-glacier-version", null)
            .With("x-amz-content-sha256", Convert.ToHexStringLower(SHA256.HashData(body ?? [])));
        return headers.Aggregate(request, (all, header) => all.With(header.Name, header.Value));
    }

    /// <summary>Creates a bucket and returns its name.</summary>
    public async Task<string> NewBucketAsync()
    {
        var bucket = string.Create(CultureInfo.InvariantCulture, $"bucket-{Interlocked.Increment(ref _buckets)}");
        (await SendAsync("PUT", $"/{bucket}")).Expect(200);
        return bucket;
    }

    /// <summary>Initiates an upload and returns its ID.</summary>
    public async Task<string> NewUploadAsync(string target, params (string Name, string Value)[] headers) =>
        Text((await SendAsync("POST", target + "?uploads", "", headers)).Expect(200), "UploadId");

    /// <summary>Initiates an upload of a key in a bucket of its own.</summary>
    public async Task<(string Target, string Upload)> OpenUploadAsync(params (string Name, string Value)[] headers)
    {
        var target = $"/{await NewBucketAsync()}/k";
        return (target, await NewUploadAsync(target, headers));
    }

    /// <summary>The text of the first element of this name.</summary>
    public static string Text(ApiAnswer answer, string element) => Texts(answer, element)[0];

    /// <summary>The texts of all elements of this name.</summary>
    public static string[] Texts(ApiAnswer answer, string element)
    {
        // Keys may have control characters, which XML 1.0 does not allow even as references.
        using var reader = XmlReader.Create(new StringReader(answer.Text), new XmlReaderSettings { CheckCharacters = false });
        return [.. XDocument.Load(reader).Descendants(Namespace + element).Select(found => found.Value)];
    }

    /// <summary>Asserts that the answer is an error document with this code.</summary>
    public static void ExpectError(ApiAnswer answer, int status, string code)
    {
        Assert.True(answer.Status == status && answer.Text.Contains($"<Code>{code}</Code>", StringComparison.Ordinal), $"Expected {status} {code}, got {answer.Status}: {answer.Text}");
        Assert.Equal("application/xml", answer.Header("Content-Type"));
        var error = XDocument.Parse(answer.Text).Root!;
        Assert.Equal("Error", error.Name.ToString());
        Assert.NotEmpty(error.Element("Message")!.Value);
        Assert.Equal(answer.Header("x-amz-request-id"), error.Element("RequestId")!.Value);
        Assert.Equal(answer.Header("x-amz-id-2"), error.Element("HostId")!.Value);
    }

    /// <summary>The MD5 of some bytes, in hex.</summary>
    public static string Md5(byte[] bytes) => Md5Digest.Compute(bytes).ToString();

    protected override void Configure(IServiceCollection services) => services.AddS3Front();
}
