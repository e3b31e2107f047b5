namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>boto3 against the real server: all operations, and each error that its own model of the API documents.</summary>
public sealed class Boto3OperationTests(Boto3Operations boto3) : IClassFixture<Boto3Operations>
{
    /// <summary>Errors that the model documents and this server never gives, each with why.</summary>
    private static readonly Dictionary<(string Operation, string Code), string> NeverGiven = new()
    {
        [("ListVaults", "ResourceNotFoundException")] = "An account always has a list of vaults.",
        [("InitiateJob", "InsufficientCapacityException")] = "An expedited retrieval is never refused for want of capacity.",
    };

    /// <summary>Newer models have it for every operation: Amazon takes no new customers, which is no matter here.</summary>
    private const string AmazonsOwn = "NoLongerSupportedException";

    private static readonly string[] Areas =
    [
        "vaults", "stalled bodies", "archives", "multipart", "jobs", "inventories", "tags", "notifications",
        "access policy", "vault lock", "account settings", "resources", "signatures", "every operation",
        "preparation of damage", "damaged journal",
    ];

    public static TheoryData<string> AllAreas => new(Areas);

    [Theory]
    [MemberData(nameof(AllAreas))]
    public async Task Boto3_gets_every_answer_that_it_must_get_about(string area) =>
        (await boto3.ReportAsync()).ExpectSuccess(area);

    [Fact]
    public async Task No_area_is_left_out() => (await boto3.ReportAsync()).ExpectAreas(Areas);

    [Fact]
    public async Task The_operations_of_the_model_are_done_and_documented()
    {
        var report = await boto3.ReportAsync();
        Assert.Equal(33, report.Model.Count);
        Assert.Equal(report.Model.Keys.Order(StringComparer.Ordinal), report.Done.Order(StringComparer.Ordinal));
        DocumentedOperations.AreThoseOf("boto3", report.Done);
    }

    [Theory]
    [MemberData(nameof(DocumentedOperations.All), MemberType = typeof(DocumentedOperations))]
    public async Task Each_error_that_the_model_documents_was_told_by(string operation)
    {
        var report = await boto3.ReportAsync();
        var told = report.Errors.Where(error => error[0] == operation).Select(error => error[1]).ToHashSet();
        var expected = report.Model[operation]
            .Where(code => code != AmazonsOwn && !NeverGiven.ContainsKey((operation, code)));
        Assert.Empty(expected.Except(told));
    }

    [Fact]
    public async Task Errors_that_are_never_given_are_documented_by_the_model_and_were_not_told()
    {
        var report = await boto3.ReportAsync();
        Assert.All(NeverGiven.Keys, error =>
        {
            Assert.Contains(error.Code, report.Model[error.Operation]);
            Assert.DoesNotContain(report.Errors, told => told[0] == error.Operation && told[1] == error.Code);
        });
    }
}
