using System.Net;
using System.Reflection;
using Amazon;
using Amazon.Glacier.Model;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Faults;

/// <summary>The SDK corrects a clock that is too far from the server's. Its clock is the same for all clients of the process, so nothing
/// else runs meanwhile.</summary>
[CollectionDefinition(nameof(ClockSkewTests), DisableParallelization = true)]
[Collection(nameof(ClockSkewTests))]
public sealed class ClockSkewTests
{
    /// <summary>The clock of the SDK, which it does not let callers set.</summary>
    private static readonly FieldInfo Clock = typeof(AWSConfigs).GetField("utcNowSource", BindingFlags.Static | BindingFlags.NonPublic)
        ?? throw new InvalidOperationException("The SDK has no field AWSConfigs.utcNowSource any more. Find its clock.");

    [Fact]
    [Promise("operations.md", "the clock is wrong by more than 15 minutes")]
    public async Task A_request_that_was_signed_with_a_wrong_clock_is_signed_again_and_succeeds()
    {
        await using var server = await VaultServer.StartAsync();
        using var answers = new RecordedAnswers(server.Direct);
        using var glacier = server.Connect(retries: 1, handler: answers);
        var request = new CreateVaultRequest { VaultName = "clock" };
        var clock = Clock.GetValue(null);
        Clock.SetValue(null, () => DateTime.UtcNow.AddHours(1));
        try
        {
            await glacier.CreateVaultAsync(request);
            await glacier.CreateVaultAsync(request);
        }
        finally
        {
            Clock.SetValue(null, clock);
        }

        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.Created, HttpStatusCode.Created], answers.Statuses);
    }

    private sealed class RecordedAnswers(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public List<HttpStatusCode> Statuses { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            Statuses.Add(response.StatusCode);
            return response;
        }
    }
}
