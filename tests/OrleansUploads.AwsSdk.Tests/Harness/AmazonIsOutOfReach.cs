using System.Runtime.CompilerServices;
using Amazon;

namespace OrleansUploads.AwsSdk.Tests.Harness;

/// <summary>A client that a test has not connected to its server, such as those that ArchiveTransferManager creates for SNS and SQS, would
/// send the request to Amazon. Here it fails.</summary>
internal sealed class AmazonIsOutOfReach : HttpMessageHandler
{
    [ModuleInitializer]
    internal static void Install() => AWSConfigs.HttpClientFactory = new Connections(new AmazonIsOutOfReach());

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"A test tried to send a request to {request.RequestUri}.");
}
