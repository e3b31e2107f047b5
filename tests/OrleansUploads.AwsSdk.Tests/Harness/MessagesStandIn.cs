using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansUploads.AwsSdk.Tests.Harness;

/// <summary>Stands in for a topic of SNS and a queue of SQS that is subscribed to it. The server posts its messages to the topic's
/// address.</summary>
internal sealed class MessagesStandIn : HttpMessageHandler
{
    public const string Topic = "arn:aws:sns:us-east-1:000000000001:downloads";

    private const string QueueUrl = "https://sqs.us-east-1.amazonaws.com/000000000001/downloads";
    private const string QueueArn = "arn:aws:sqs:us-east-1:000000000001:downloads";
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private readonly HttpListener _listener = new();

    public MessagesStandIn()
    {
        _listener.Prefixes.Add(Address);
        _listener.Start();
    }

    /// <summary>The address to which the server posts messages.</summary>
    public string Address { get; } = $"http://127.0.0.1:{FreePort.Take(1)[0]}/";

    /// <summary>The calls so far, such as <c>CreateTopic</c>.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The names of the hosts that were called.</summary>
    public HashSet<string> Hosts { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        var call = request.Headers.TryGetValues("X-Amz-Target", out var targets)
            ? targets.Single().Split('.')[1]
            : body.Split('&').Single(field => field.StartsWith("Action=", StringComparison.Ordinal))["Action=".Length..];
        Calls.Add(call);
        Hosts.Add(request.RequestUri!.Host);
        return call switch
        {
            "CreateTopic" => Xml($"<CreateTopicResponse><CreateTopicResult><TopicArn>{Topic}</TopicArn></CreateTopicResult></CreateTopicResponse>"),
            "Subscribe" => Xml("<SubscribeResponse><SubscribeResult><SubscriptionArn>s</SubscriptionArn></SubscribeResult></SubscribeResponse>"),
            "DeleteTopic" => Xml("<DeleteTopicResponse/>"),
            "CreateQueue" => Json(new { QueueUrl }),
            "GetQueueAttributes" => Json(new { Attributes = new { QueueArn } }),
            "ReceiveMessage" => Json(new { Messages = (object[])[await ReceiveAsync(cancellationToken)] }),
            "SetQueueAttributes" or "DeleteMessage" or "DeleteQueue" => Json(new { }),
            _ => throw new InvalidOperationException($"{call} is not known here."),
        };
    }

    protected override void Dispose(bool disposing)
    {
        _listener.Close();
        base.Dispose(disposing);
    }

    /// <summary>Waits for a message of the server.</summary>
    private async Task<object> ReceiveAsync(CancellationToken cancellationToken)
    {
        var context = await _listener.GetContextAsync().WaitAsync(TimeLimit, cancellationToken);
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var message = await reader.ReadToEndAsync(cancellationToken);
        context.Response.Close();
        return new
        {
            MessageId = "1",
            ReceiptHandle = "1",
            Body = message,
#pragma warning disable CA5351 // SQS's clients compare it.
            MD5OfBody = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(message))),
#pragma warning restore CA5351
        };
    }

    private static HttpResponseMessage Xml(string body) => Answer(body, "text/xml");

    private static HttpResponseMessage Json(object body) => Answer(JsonSerializer.Serialize(body), "application/x-amz-json-1.0");

    private static HttpResponseMessage Answer(string body, string type) => new(HttpStatusCode.OK)
    {
        Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type)),
    };
}
