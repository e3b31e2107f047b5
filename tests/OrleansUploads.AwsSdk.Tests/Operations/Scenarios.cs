using Amazon.Glacier;

namespace OrleansUploads.AwsSdk.Tests.Operations;

/// <summary>Calls an operation and asserts what its answer says and does. The vault is new.</summary>
internal delegate Task Scenario(IAmazonGlacier glacier, string vault);

/// <summary>A scenario for each operation of the vault API.</summary>
internal static class Scenarios
{
    /// <summary>The scenarios, by the client's methods.</summary>
    public static IReadOnlyDictionary<string, Scenario> ByMethod { get; } =
        ((IEnumerable<IReadOnlyDictionary<string, Scenario>>)
        [
            VaultScenarios.ByMethod, ArchiveScenarios.ByMethod, MultipartScenarios.ByMethod, JobScenarios.ByMethod,
            PolicyScenarios.ByMethod, AccountScenarios.ByMethod,
        ])
        .SelectMany(part => part)
        .ToDictionary();
}
