namespace OrleansUploads.EndToEnd.Tests.Serving;

/// <summary>What a server prints when it starts, and which folders it takes.</summary>
public sealed class GreetingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_first_start_of_an_anonymous_server_tells_the_commands_with_and_without_a_key_apart()
    {
        await using var server = await ServerProcess.StartAsync(new ServerSetup(_folder.Data)
        {
            Options = ["--anonymous"],
            Environment = CommandLine.WithoutOperatorKey,
        });

        var lines = server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string[] expected =
        [
            "OrleansUploads ",
            "Created a key pair in ",
            "Requests need no signature. To use the server with the AWS CLI and without a key:",
            "export AWS_DEFAULT_REGION=us-east-1",
            "aws glacier list-vaults --account-id - --no-sign-request --endpoint-url http://127.0.0.1:",
            "aws s3 ls --no-sign-request --endpoint-url http://127.0.0.1:",
            "This program always signs its requests. To use it with the key:",
            "eval \"$(",
            "export AWS_DEFAULT_REGION=us-east-1",
            " vault list --endpoint http://127.0.0.1:",
            $"The dashboard is at {server.Address.ToString().TrimEnd('/')}/dashboard.",
            "Ready on http://127.0.0.1:",
        ];
        Assert.Equal(expected.Length, lines.Length);
        Assert.All(expected.Zip(lines), static pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_greeting_names_S3_and_the_dashboard_if_there_is_one(bool hasDashboard)
    {
        await using var server = await ServerProcess.StartAsync(_folder.Data, hasDashboard ? [] : ["--no-dashboard"]);

        var address = server.Address.ToString().TrimEnd('/');
        Assert.Contains($"aws s3 ls --endpoint-url {address}\n", server.Output, StringComparison.Ordinal);
        Assert.Equal(hasDashboard, server.Output.Contains($"The dashboard is at {address}/dashboard.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_other_people_use_is_left_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead;
        var home = Directory.CreateDirectory(_folder.File("home"), Shared).FullName;
        await File.WriteAllTextAsync(Path.Combine(home, "diary.txt"), "Dear diary");

        (await ServerProcess.RefuseAsync(new ServerSetup(home)))
            .ExpectOneLine($"{home} is not a data folder, but contains diary.txt.", "--data", "chmod go=");

        Assert.Equal(["diary.txt"], Directory.EnumerateFileSystemEntries(home).Select(Path.GetFileName));
        Assert.Equal(Shared, File.GetUnixFileMode(home));
        File.SetUnixFileMode(home, Shared & ~UnixFileMode.OtherRead);
        await using var server = await ServerProcess.StartAsync(home);
    }
}
