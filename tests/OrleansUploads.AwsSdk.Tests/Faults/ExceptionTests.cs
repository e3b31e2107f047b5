using System.Net;
using Amazon.Glacier;
using Amazon.Glacier.Model;
using Amazon.Runtime;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Faults;

/// <summary>Errors arrive as the SDK's exceptions. <see cref="CutConnectionTests"/> has RequestTimeoutException. The server never returns
/// InsufficientCapacityException.</summary>
public sealed class ExceptionTests(VaultServer server) : IClassFixture<VaultServer>
{
    [Fact]
    public async Task A_vault_that_does_not_exist()
    {
        using var glacier = server.Connect();
        var refused = await Assert.ThrowsAsync<ResourceNotFoundException>(
            () => glacier.DescribeVaultAsync(new DescribeVaultRequest { VaultName = "never-created" }));
        AssertDetails(refused, HttpStatusCode.NotFound, "never-created");
    }

    [Fact]
    public async Task An_invalid_value()
    {
        using var glacier = server.Connect();
        var refused = await Assert.ThrowsAsync<InvalidParameterValueException>(
            () => glacier.CreateVaultAsync(new CreateVaultRequest { VaultName = "not a name" }));
        AssertDetails(refused, HttpStatusCode.BadRequest, "not a name");
    }

    [Fact]
    public async Task A_missing_value()
    {
        var vault = await server.CreateVaultAsync("missing-value");
        using var glacier = server.Connect();
        var refused = await Assert.ThrowsAsync<MissingParameterValueException>(
            () => glacier.InitiateJobAsync(new InitiateJobRequest { VaultName = vault, JobParameters = new JobParameters() }));
        AssertDetails(refused, HttpStatusCode.BadRequest, "type");
    }

    [Fact]
    public async Task Too_many_tags()
    {
        var vault = await server.CreateVaultAsync("too-many-tags");
        using var glacier = server.Connect();
        for (var first = 0; first < 50; first += 10)
        {
            await AddTagsAsync(glacier, vault, first, count: 10);
        }

        var refused = await Assert.ThrowsAsync<LimitExceededException>(() => AddTagsAsync(glacier, vault, first: 50, count: 1));

        AssertDetails(refused, HttpStatusCode.BadRequest, "50");
    }

    [Fact]
    public async Task A_retrieval_beyond_the_accounts_rate()
    {
        await using var limited = await VaultServer.StartAsync();
        var vault = await limited.CreateVaultAsync("limited");
        using var glacier = limited.Connect();
        var archive = await glacier.UploadAsync(vault, [1, 2]);
        await glacier.SetDataRetrievalPolicyAsync(new SetDataRetrievalPolicyRequest
        {
            Policy = new DataRetrievalPolicy { Rules = [new DataRetrievalRule { Strategy = "BytesPerHour", BytesPerHour = 1 }] },
        });

        var refused = await Assert.ThrowsAsync<PolicyEnforcedException>(() => glacier.RetrieveAsync(vault, archive));

        AssertDetails(refused, HttpStatusCode.BadRequest, "retrieval policy");
    }

    [Fact]
    public async Task A_disk_without_space()
    {
        await using var full = await VaultServer.StartAsync("--min-free", "1000TiB");
        var refused = await Assert.ThrowsAsync<ServiceUnavailableException>(() => full.CreateVaultAsync("full"));

        AssertDetails(refused, HttpStatusCode.InternalServerError, "disk");
    }

    [Fact]
    public async Task A_key_that_the_server_does_not_have()
    {
        using var glacier = new AmazonGlacierClient(
            new BasicAWSCredentials("AKIAOFANOTHERSERVER0", CommandLine.SecretAccessKey),
            new AmazonGlacierConfig
            {
                ServiceURL = server.Address.ToString(),
                AuthenticationRegion = "us-east-1",
                HttpClientFactory = new Connections(server.Direct),
            });
        var refused = await Assert.ThrowsAsync<AmazonGlacierException>(() => glacier.ListVaultsAsync(new ListVaultsRequest()));
        Assert.Equal("UnrecognizedClientException", refused.ErrorCode);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    private static void AssertDetails(AmazonGlacierException refused, HttpStatusCode status, string message)
    {
        Assert.Equal(refused.GetType().Name, refused.ErrorCode);
        Assert.Equal(status, refused.StatusCode);
        Assert.NotEmpty(refused.RequestId);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private static Task<AddTagsToVaultResponse> AddTagsAsync(AmazonGlacierClient glacier, string vault, int first, int count) =>
        glacier.AddTagsToVaultAsync(new AddTagsToVaultRequest
        {
            VaultName = vault,
            Tags = Enumerable.Range(first, count).ToDictionary(number => $"tag{number}", number => $"{number}"),
        });
}
