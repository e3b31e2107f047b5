namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>One run of Amazon's JavaScript client through all operations, shared by many tests.</summary>
public sealed class JavaScriptOperations : TestWithFolder
{
    private readonly Lazy<Task<ClientReport>> _report;

    public JavaScriptOperations() => _report = new Lazy<Task<ClientReport>>(RunAsync);

    public Task<ClientReport> ReportAsync() => _report.Value;

    private async Task<ClientReport> RunAsync()
    {
        var node = await InstalledClients.FindNodeAsync("@aws-sdk/client-glacier");
        await using var server = await ServerProcess.StartAsync(Folder.Data, "--retrieval-delay", "bulk=12h");
        return await ClientReport.RunAsync(node, InstalledClients.JavaScript("operations.mjs"), server, Folder.Path);
    }
}
