using OrleansUploads.EndToEnd.Tests.AwsClients;

namespace OrleansUploads.EndToEnd.Tests.S3Clients;

/// <summary>Programs that presign URLs, send plus signs for blanks, or compare times, each as its users run it.</summary>
[Campaign]
public sealed class PresigningTests
{
    [Fact]
    public async Task Programs_from_npm_work()
    {
        using var home = new TemporaryFolder();
        var (server, _) = await SharedServer.EnterAsync();
        await new S3Program(await InstalledClients.FindNodeWithProgramsAsync(), server, home.Path).RunAsync(
            InstalledClients.JavaScriptProgram("programs.mjs"), server.Address.ToString().TrimEnd('/'), home.Path);
    }

    /// <summary>Version 3 of Amazon's SDK presigns with Signature Version 2 unless it is told otherwise.</summary>
    [Theory]
    [InlineData("presigned", "accepted")]
    [InlineData("off", "refused")]
    public async Task AWSSDK_S3_3_7_reads_and_writes_with_URLs_of_the_versions_that_the_server_accepts(string setting, string version2)
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.Data, "--signature-version2", setting);
        await new S3Program(CommandLine.Dotnet, server, folder.Path) { Options = [InstalledClients.DotNetPresigned] }.RunAsync(
            server.Address.ToString().TrimEnd('/'), "sdk3", version2);
    }

    /// <summary>boto3 and boto 2 presign with Signature Version 2 unless they are told otherwise.</summary>
    [Theory]
    [InlineData("boto3")]
    [InlineData("boto")]
    public async Task A_script_for_Python_reads_and_writes_with_URLs(string library)
    {
        var python = library == "boto" ? await InstalledClients.FindPythonWithBoto2Async() : await InstalledClients.FindPythonWithBoto3Async();
        using var home = new TemporaryFolder();
        var (server, _) = await SharedServer.EnterAsync();
        await new S3Program(python, server, home.Path).RunAsync(
            InstalledClients.PythonScript($"{library}_presigned.py"), server.Address.ToString().TrimEnd('/'));
    }
}
