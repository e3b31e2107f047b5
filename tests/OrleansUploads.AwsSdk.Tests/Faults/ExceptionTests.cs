using System.Net;
using Amazon.Glacier;
using Amazon.Glacier.Model;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Faults;

/// <summary>Errors arrive as the SDK's exceptions.</summary>
public sealed class ExceptionTests(VaultServer server) : IClassFixture<VaultServer>
{
    private const string Vault = "errors";

    /// <summary>What is refused: the exception, its status, a word of its message, and the call.</summary>
    public static TheoryData<Type, HttpStatusCode, string, Func<IAmazonGlacier, Task>> Refusals => new()
    {
        {
            typeof(ResourceNotFoundException), HttpStatusCode.NotFound, "never-created",
            glacier => glacier.DescribeVaultAsync(new DescribeVaultRequest { VaultName = "never-created" })
        },
        {
            typeof(InvalidParameterValueException), HttpStatusCode.BadRequest, "not a name",
            glacier => glacier.CreateVaultAsync(new CreateVaultRequest { VaultName = "not a name" })
        },
        {
            typeof(MissingParameterValueException), HttpStatusCode.BadRequest, "type",
            glacier => glacier.InitiateJobAsync(new InitiateJobRequest { VaultName = Vault, JobParameters = new JobParameters() })
        },
        { typeof(LimitExceededException), HttpStatusCode.BadRequest, "50", AddTooManyTagsAsync },
        { typeof(PolicyEnforcedException), HttpStatusCode.BadRequest, "retrieval policy", RetrieveTooMuchAsync },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_is_the_exception_with_its_name(
        Type exception, HttpStatusCode status, string message, Func<IAmazonGlacier, Task> call)
    {
        await server.CreateVaultAsync(Vault);
        using var glacier = server.Connect();
        AssertDetails(await Assert.ThrowsAsync(exception, () => call(glacier)), status, message);
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
        using var glacier = server.Connect(accessKeyId: "AKIAOFANOTHERSERVER0");
        var refused = await Assert.ThrowsAsync<AmazonGlacierException>(() => glacier.ListVaultsAsync(new ListVaultsRequest()));
        Assert.Equal("UnrecognizedClientException", refused.ErrorCode);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    private static void AssertDetails(Exception thrown, HttpStatusCode status, string message)
    {
        var refused = Assert.IsAssignableFrom<AmazonGlacierException>(thrown);
        Assert.Equal(refused.GetType().Name, refused.ErrorCode);
        Assert.Equal(status, refused.StatusCode);
        Assert.NotEmpty(refused.RequestId);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private static async Task AddTooManyTagsAsync(IAmazonGlacier glacier)
    {
        for (var first = 0; first < 60; first += 10)
        {
            await glacier.AddTagsToVaultAsync(new AddTagsToVaultRequest
            {
                VaultName = Vault,
                Tags = Enumerable.Range(first, 10).ToDictionary(number => $"tag{number}", number => $"{number}"),
            });
        }
    }

    private static async Task RetrieveTooMuchAsync(IAmazonGlacier glacier)
    {
        var archive = await glacier.UploadAsync(Vault, [1, 2]);
        await glacier.SetDataRetrievalPolicyAsync(new SetDataRetrievalPolicyRequest
        {
            Policy = new DataRetrievalPolicy { Rules = [new DataRetrievalRule { Strategy = "BytesPerHour", BytesPerHour = 1 }] },
        });
        await glacier.RetrieveAsync(Vault, archive);
    }
}
