using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.Silo.Tests.Crashes;

/// <summary>The clients of the crash tests survive a silo that dies while it sends an archive.</summary>
public sealed class CutDownloadTests
{
    [Fact]
    public async Task A_client_begins_a_download_again_that_was_cut()
    {
        await using var silo = await RunningSilo.StartAsync(RunningSilo.Alone());
        using var http = new HttpClient(new CutsFirstOutput(new SocketsHttpHandler { UseProxy = false }));
        using var client = new GlacierClient(http, new GlacierClientOptions
        {
            Endpoint = silo.Address,
            Region = "us-east-1",
            AccessKeyId = CommandLine.AccessKeyId,
            SecretAccessKey = CommandLine.SecretAccessKey,
        });
        await client.CreateVaultAsync(ClusterLedger.Vault);
        var ledger = new ClusterLedger();
        using var stopping = new CancellationTokenSource();
        var readsAll = new ClientHabits(LeftOpenOneIn: int.MaxValue, ReadBackOneIn: 1, KeptOneIn: 1, Pause: TimeSpan.Zero);

        var running = new ClusterClient(client, ledger, new Random(1), readsAll).RunAsync(stopping.Token);
        await Eventually.BecomesTrueAsync(() => running.IsCompleted || ledger.Archives >= 2, "two archives are finished");
        await stopping.CancelAsync();
        await running;

        Assert.Empty(ledger.FailedCalls);
        Assert.Single(ledger.CutDownloads);
    }

    /// <summary>Cuts the body of the first output of a job after its first bytes.</summary>
    private sealed class CutsFirstOutput(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private bool _hasCut;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (!_hasCut && request.RequestUri!.AbsolutePath.EndsWith("/output", StringComparison.Ordinal))
            {
                _hasCut = true;
                response.Content = new StreamContent(new CutStream());
            }

            return response;
        }
    }

    private sealed class CutStream : MemoryStream
    {
        public CutStream()
            : base([1, 2, 3])
        {
        }

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            await base.CopyToAsync(destination, bufferSize, cancellationToken);
            throw new HttpIOException(HttpRequestError.ResponseEnded);
        }
    }
}
