using Amazon.Runtime;
using Amazon.S3;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>Connects Amazon's S3 client for .NET to a server.</summary>
internal static class S3Connection
{
    /// <summary>Creates a client that repeats nothing, by default with the key pair from the environment. Its address stays valid when the
    /// server crashes and is started again.</summary>
    public static AmazonS3Client ConnectS3(
        this ServerProcess server, string accessKeyId = CommandLine.AccessKeyId, string secret = CommandLine.SecretAccessKey) => new(
        new BasicAWSCredentials(accessKeyId, secret),
        new AmazonS3Config
        {
            ServiceURL = server.Address.ToString(),
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
            MaxErrorRetry = 0,
            ThrottleRetries = false,
            HttpClientFactory = new DirectConnections(),
        });

    private sealed class DirectConnections : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    }
}
