using OrleansUploads.Core.Accounts;
using OrleansUploads.Gateway.Glacier.Requests;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>What becomes known of one request while it is served; the log and the meters tell it in the end.</summary>
/// <param name="context">The request and the answer.</param>
/// <param name="bodyPatience">How long the server waits for the next byte of the request's body.</param>
/// <param name="time">The clock.</param>
internal sealed class GlacierExchange(HttpContext context, TimeSpan bodyPatience, TimeProvider time)
{
    /// <summary>The status in the log where the caller left before there was one.</summary>
    public const int ClientClosedRequest = 499;

    /// <summary>The request and the answer.</summary>
    public HttpContext Context { get; } = context;

    /// <summary>Names the exchange.</summary>
    public string RequestId { get; } = Glacier.RequestId.New();

    /// <summary>The request's body.</summary>
    public ReceivedBody Received { get; } = new(context.Request.BodyReader, bodyPatience, time);

    /// <summary>The answer's body.</summary>
    public CountedBody Sent { get; } = new(context.Response.Body);

    /// <summary>Which operation; null for none.</summary>
    public GlacierOperation? Operation { get; set; }

    /// <summary>Whose request it is; null where that is not known.</summary>
    public AccountId? Account { get; set; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; set; } = ClientClosedRequest;

    /// <summary>The error's code; null for a success.</summary>
    public string? Code { get; set; }

    /// <summary>The operation's name for logs and meters: one of 33, or "Unknown".</summary>
    public string OperationName => Operation?.ToString() ?? "Unknown";
}
