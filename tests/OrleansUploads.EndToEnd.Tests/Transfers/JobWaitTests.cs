using System.Net;
using OrleansUploads.Cli.Jobs;
using OrleansUploads.Cli.Remote;
using Spectre.Console;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>The countdown of a command that waits for a job.</summary>
public sealed class JobWaitTests
{
    private const string EmptyLine = "\r\u001b[K";

    [Fact]
    public async Task An_interrupted_countdown_leaves_an_empty_line()
    {
        using var http = new HttpClient(new SlowJob());
        using var client = new GlacierClient(http, new GlacierClientOptions
        {
            Endpoint = new Uri("http://127.0.0.1:1"),
            Region = "us-east-1",
            AccessKeyId = "key",
            SecretAccessKey = "secret",
        });
        using var interrupted = new CancellationTokenSource();
        using var countdown = new Countdown();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(countdown) });
        var waiting = new JobWait(client, new Printer(json: false, quiet: false), new ManualTime(), terminal)
            .RunAsync("photos", "job", interrupted.Token);
        await countdown.Shown;

        await interrupted.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.EndsWith(EmptyLine, countdown.ToString(), StringComparison.Ordinal);
    }

    private sealed class Countdown : StringWriter
    {
        private readonly TaskCompletionSource _shown = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Shown => _shown.Task.WaitAsync(TimeSpan.FromMinutes(2));

        public override void Write(string? value)
        {
            base.Write(value);
            if (value!.EndsWith("Next check in 1 s.", StringComparison.Ordinal))
            {
                _shown.TrySetResult();
            }
        }
    }

    private sealed class SlowJob : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(
                    """{"JobId":"job","Action":"InventoryRetrieval","StatusCode":"InProgress","CreationDate":"2026-01-01T00:00:00Z","VaultARN":"arn"}"""),
            });
    }
}
