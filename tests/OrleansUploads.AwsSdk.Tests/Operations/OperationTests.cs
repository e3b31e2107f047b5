using Amazon.Glacier;
using Amazon.Runtime;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Operations;

/// <summary>Amazon's client for .NET runs every operation that it has.</summary>
public sealed class OperationTests(VaultServer server) : IClassFixture<VaultServer>
{
    private const string MethodSuffix = "Async";
    private const string RequestSuffix = "Request";

    /// <summary>The operations of the client: the names of its methods.</summary>
    public static TheoryData<string> Operations => new(typeof(IAmazonGlacier).GetMethods()
        .Where(method => method.Name.EndsWith(MethodSuffix, StringComparison.Ordinal))
        .Select(method => method.Name[..^MethodSuffix.Length])
        .Distinct()
        .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task The_client_runs_an_operation(string operation)
    {
        Assert.True(
            Scenarios.ByMethod.TryGetValue(operation + MethodSuffix, out var scenario), $"No scenario calls {operation}. Write one.");
        var vault = await server.CreateVaultAsync($"vault-of-{operation}");
        using var glacier = server.Connect();
        var answered = new HashSet<string>();
        glacier.AfterResponseEvent += (_, answer) => answered.Add(NameOf(((WebServiceResponseEventArgs)answer).Request));

        await scenario(glacier, vault);

        Assert.Contains(operation, answered);
    }

    [Fact]
    public void The_client_has_the_33_operations()
    {
        var operations = Operations.Select(row => row.Data).ToList();
        Assert.Equal(33, operations.Count);
        AllOperations.AssertDone(operations);
    }

    private static string NameOf(AmazonWebServiceRequest request) => request.GetType().Name[..^RequestSuffix.Length];
}
