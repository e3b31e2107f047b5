using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>Creates clients of in-memory servers.</summary>
internal static class Connections
{
    public static GlacierClient To(HttpMessageHandler server, TimeProvider time, RateLimit? limit = null) =>
        new(
            new HttpClient(server, disposeHandler: false),
            Options(new Uri("http://vaults.test:9600")) with { TimeProvider = time, RateLimit = limit });

    public static GlacierClientOptions Options(Uri endpoint) => new()
    {
        Endpoint = endpoint,
        Region = ReceivedRequest.Region,
        AccessKeyId = ReceivedRequest.AccessKeyId,
        SecretAccessKey = ReceivedRequest.Secret,
        Retry = new RetryPolicy { Jitter = () => 1 },
    };
}
