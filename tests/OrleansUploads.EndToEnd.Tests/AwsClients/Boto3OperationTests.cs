namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>boto3 against a real server: all operations, and every error that boto3's model of the API documents.</summary>
[Campaign]
public sealed class Boto3OperationTests(Boto3Operations boto3) : IClassFixture<Boto3Operations>
{
    /// <summary>Errors that the model documents and this server never returns, with the reasons.</summary>
    private static readonly Dictionary<(string Operation, string Code), string> NeverReturned = new()
    {
        [("ListVaults", "ResourceNotFoundException")] = "An account always has a list of vaults.",
        [("InitiateJob", "InsufficientCapacityException")] = "An expedited retrieval is never refused for lack of capacity.",
    };

    /// <summary>Newer models document this error for every operation, because Amazon accepts no new customers.</summary>
    private const string AmazonOnly = "NoLongerSupportedException";

    private static readonly string[] Areas =
    [
        "vaults", "stalled bodies", "archives", "multipart", "jobs", "inventories", "tags", "notifications",
        "access policy", "vault lock", "account settings", "resources", "signatures", "every operation",
        "preparation of damage", "damaged journal",
    ];

    public static TheoryData<string> AllAreas => new(Areas);

    [Theory]
    [MemberData(nameof(AllAreas))]
    public async Task Boto3_gets_the_expected_answers(string area) =>
        (await boto3.ReportAsync()).ExpectSuccess(area);

    [Fact]
    public async Task The_script_covers_all_areas() => (await boto3.ReportAsync()).ExpectAreas(Areas);

    [Fact]
    public async Task All_operations_of_the_model_succeed()
    {
        var report = await boto3.ReportAsync();
        Assert.Equal(33, report.Model.Count);
        Assert.Equal(report.Model.Keys.Order(StringComparer.Ordinal), report.Done.Order(StringComparer.Ordinal));
        AllOperations.AssertDone(report.Done);
    }

    [Theory]
    [MemberData(nameof(AllOperations.Names), MemberType = typeof(AllOperations))]
    public async Task Each_error_that_the_model_documents_was_returned(string operation)
    {
        var report = await boto3.ReportAsync();
        var returned = report.Errors.Where(error => error[0] == operation).Select(error => error[1]).ToHashSet();
        var expected = report.Model[operation]
            .Where(code => code != AmazonOnly && !NeverReturned.ContainsKey((operation, code)));
        Assert.Empty(expected.Except(returned));
    }

    [Fact]
    public async Task Errors_listed_as_never_returned_are_in_the_model_and_were_not_returned()
    {
        var report = await boto3.ReportAsync();
        Assert.All(NeverReturned.Keys, error =>
        {
            Assert.Contains(error.Code, report.Model[error.Operation]);
            Assert.DoesNotContain(report.Errors, returned => returned[0] == error.Operation && returned[1] == error.Code);
        });
    }
}
