using System.Runtime.CompilerServices;
using Amazon;

namespace OrleansUploads.AwsSdk.Tests.Harness;

/// <summary>The connections of clients that a test has not given others, such as those that ArchiveTransferManager creates for SNS and
/// SQS. No request leaves the machine: those to Amazon go to a stand-in, or fail.</summary>
internal sealed class LoopbackOnly() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
{
    private static readonly AsyncLocal<HttpMessageInvoker?> AmazonStandIn = new();

    /// <summary>Sets what answers instead of Amazon, in the calling test.</summary>
    public static void ReplaceAmazonBy(HttpMessageHandler standIn) =>
        AmazonStandIn.Value = new HttpMessageInvoker(standIn, disposeHandler: false);

    [ModuleInitializer]
    internal static void Install() => AWSConfigs.HttpClientFactory = new Connections(new LoopbackOnly());

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.RequestUri!.IsLoopback ? base.SendAsync(request, cancellationToken)
        : AmazonStandIn.Value is { } standIn ? standIn.SendAsync(request, cancellationToken)
        : throw new InvalidOperationException($"A test tried to send a request to {request.RequestUri}.");
}
