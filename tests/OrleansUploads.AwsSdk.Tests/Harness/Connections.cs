using Amazon.Runtime;

namespace OrleansUploads.AwsSdk.Tests.Harness;

/// <summary>Lets a client send its requests through a handler, which its owner disposes.</summary>
internal sealed class Connections(HttpMessageHandler handler) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
}
