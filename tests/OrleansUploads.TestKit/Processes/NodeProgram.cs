namespace OrleansUploads.TestKit.Processes;

/// <summary>Servers that are programs of Node.js.</summary>
public static class NodeProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Starts a program and waits until it says that it has started. Skips the test if it is not installed.</summary>
    /// <param name="folder">The folder with its <c>package.json</c>. The program may also be in the PATH.</param>
    /// <param name="program">The program's name.</param>
    /// <param name="started">The beginning of the line that it prints then.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<CapturedProcess> StartAsync(string folder, string program, string started, params IEnumerable<string> arguments)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (FindIn(folders, "node") is not { } node
            || FindIn([Path.Combine(folder, "node_modules", ".bin"), .. folders], program) is not { } path)
        {
            throw Requirement.IsMissing($"{program} is not installed (run 'npm ci' in {folder})");
        }

        var process = CapturedProcess.Start(node, [path, .. arguments], []);
        Assert.True(await process.WaitForLineAsync(started, Patience) is not null, $"{program} did not start. {process}");
        return process;
    }

    private static string? FindIn(IEnumerable<string> folders, string name) =>
        folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
