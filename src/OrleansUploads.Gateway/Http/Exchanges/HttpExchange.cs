using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using OrleansUploads.Core.Parts;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Gateway.Http.Connections;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>One request and its response, with what the server learns about them. The request log and the meters are written from it at the
/// end.</summary>
internal sealed class HttpExchange(HttpContext context, MinBodyRate minRate, TimeProvider time, string nodeName, string hostId)
{
    /// <summary>The status in the log if the client disconnected before it got one.</summary>
    public const int ClientClosedRequest = 499;

    /// <summary>The operation name in logs and meters if the request is for no operation.</summary>
    public const string UnknownOperation = "Unknown";

    private readonly long _startedAt = time.GetTimestamp();

    public HttpContext Context { get; } = context;

    /// <summary>The path and query, from the raw target. If the signature covers blanks for the plus signs in the path, they are
    /// blanks.</summary>
    public RequestTarget Target { get; set; } = RequestTarget.Of(context, context.GetEndpoint());

    /// <summary>The headers that a presigned URL has in its query.</summary>
    public QueryHeaders QueryHeaders { get; set; } = QueryHeaders.None;

    /// <summary>The connection of the request, or null if the server does not track connections.</summary>
    public OpenConnection? Connection { get; } = context.Features.Get<OpenConnection>();

    public string RequestId { get; } = Exchanges.RequestId.New();

    /// <summary>Stands for the process in answers of S3.</summary>
    public string HostId { get; } = hostId;

    public ReceivedBody Received { get; } = new(
        context.Request.BodyReader, minRate, time, context.Features.Get<OpenConnection>());

    public CountingStream Sent { get; } = new(context.Response.Body, context.Features.Get<OpenConnection>());

    /// <summary>Canceled when the client disconnects.</summary>
    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>Name of the operation for logs and meters. There is a fixed number of names.</summary>
    public string OperationName { get; set; } = UnknownOperation;

    /// <summary>The account that signed the request, or null if that is not known.</summary>
    public AccountId? Account { get; set; }

    /// <summary>The access key that the request names, whether or not its signature is right, or null if it names none.</summary>
    public string? AccessKeyId { get; set; }

    /// <summary>The client's address, or null if the transport has no addresses.</summary>
    public IPAddress? ClientAddress { get; } = context.Connection.RemoteIpAddress;

    /// <summary>The key whose secret the sender has proved to know; null before that, or if signatures are not verified.</summary>
    public Credential? Credential { get; set; }

    /// <summary>The value of a header, which may be in the query of a presigned URL, or null if the request does not have it. Repeated
    /// headers are joined by a comma.</summary>
    public string? Header(string name) =>
        Context.Request.Headers.TryGetValue(name, out var values) ? values.ToString() : QueryHeaders.Find(name);

    /// <summary>Whether the request has no body.</summary>
    public bool HasNoBody => Context.Request.ContentLength == 0
        || (Context.Request.ContentLength is null
            && Context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false });

    /// <summary>The sender of the request, for the timeline of an upload. Headers of proxies are not read, because anyone can send
    /// them.</summary>
    public Sender Sender => new(Credential?.AccessKeyId, nodeName, ClientAddress?.ToString());

    public int Status { get; set; } = ClientClosedRequest;

    /// <summary>The error code of the response, or null for a success.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>Time since the request's headers were complete.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_startedAt);
}

/// <summary>The ID that a response and its log line share: 47 URL-safe characters, as long as Amazon's.</summary>
internal static class RequestId
{
    /// <summary>The header that most of Amazon's services send the ID in.</summary>
    public const string AmazonHeader = "x-amzn-RequestId";

    public const int Chars = 47;

    private const int RandomBytes = 36;

    public static string New()
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random)[..Chars];
    }
}

/// <summary>Identifies a process in answers, so that clients can tell which silo answered. It is a hash, because the name of a process may be
/// an internal address.</summary>
internal static class HostId
{
    public static string Of(string nodeName) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(nodeName)));
}
