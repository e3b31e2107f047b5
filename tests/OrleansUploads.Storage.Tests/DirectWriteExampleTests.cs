using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.Storage.Tests;

/// <summary>The example of docs/direct-writes.md, against a server whose bytes are in an object store.</summary>
[Campaign]
public sealed class DirectWriteExampleTests(StoreServers servers) : TestWithFolder
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("own")]
    [InlineData("azurite")]
    public async Task The_example_writes_an_archive_into_the_store_which_the_server_serves_and_checks(string store)
    {
        var python = await FindPythonAsync();
        var script = Documentation.Read("direct-writes.md").Split("```python\n")[1].Split("```")[0];
        Assert.InRange(script.Split('\n').Length, 20, 61);
        var program = Folder.File("write.py");
        await File.WriteAllTextAsync(program, script, Cancellation);
        var bytes = Archives.Bytes((20 * 1024 * 1024) + 12_345, seed: 1);
        await File.WriteAllBytesAsync(Folder.File("archive"), bytes, Cancellation);
        var setup = await servers.SetupAsync(store, Folder.File("data"));
        await using (var server = await ServerProcess.StartAsync(setup))
        {
            using var client = await server.ConnectAsync("photos");

            await using var run = CapturedProcess.Start(
                python,
                [program, server.Address.ToString().TrimEnd('/'), "photos", Folder.File("archive")],
                new Dictionary<string, string?>
                {
                    ["AWS_ACCESS_KEY_ID"] = CommandLine.AccessKeyId,
                    ["AWS_SECRET_ACCESS_KEY"] = CommandLine.SecretAccessKey,
                    ["no_proxy"] = "127.0.0.1",
                });
            Assert.True(await run.WaitForExitAsync(TimeLimit) == 0, $"{run}\n{server}");
            Assert.Equal(bytes, await client.RetrieveAsync("photos", run.Output.Trim()));
            await server.StopAsync();
        }

        var check = await CommandLine.RunAsync(
            ["check", "--data", setup.DataFolder, "--deep", "--quiet", .. setup.Options.Where(option => option != "--quiet")], setup.Environment);
        Assert.True(check.ExitCode == 0, check.ToString());
    }

    private static async Task<string> FindPythonAsync()
    {
        string[] folders = ["/usr/bin", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)];
        foreach (var path in folders.Select(static folder => Path.Combine(folder, "python3")).Where(File.Exists).Distinct())
        {
            await using var process = CapturedProcess.Start(path, ["-c", "import botocore"], []);
            if (await process.WaitForExitAsync(TimeLimit) == 0)
            {
                return path;
            }
        }

        throw Requirement.IsMissing("Python with botocore (package python3-botocore) is not installed");
    }
}
