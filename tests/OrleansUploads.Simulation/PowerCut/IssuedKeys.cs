using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Simulation.PowerCut;

/// <summary>The key pairs that a server or <c>keys add</c> has printed. None may ever be lost.</summary>
internal sealed class IssuedKeys(string dataFolder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HashSet<string> _issued = [];

    public (string AccessKeyId, string Secret) ReadFirst()
    {
        var first = KeyFile.InFolder(dataFolder).Read()[0];
        _issued.Add(first.AccessKeyId);
        return (first.AccessKeyId, first.SecretAccessKey);
    }

    /// <summary>Creates a pair with <c>keys add</c>.</summary>
    /// <param name="gone">Completes when the power fails; the pair is then in doubt.</param>
    /// <returns>Whether the pair was printed.</returns>
    public async Task<bool> AddAsync(Task gone)
    {
        await using var process = CommandLine.Start(["keys", "add", "--create", "--data", dataFolder]);
        var exit = process.WaitForExitAsync(Patience);
        await Task.WhenAny(exit, gone);
        if (!exit.IsCompleted || await exit != 0)
        {
            return false;
        }

        _issued.Add(new CommandResult(0, process.Output, process.Error).Value("AWS_ACCESS_KEY_ID"));
        return true;
    }

    public string? FindLost()
    {
        var stored = KeyFile.InFolder(dataFolder).Read().Select(pair => pair.AccessKeyId).ToHashSet();
        return _issued.FirstOrDefault(key => !stored.Contains(key)) is { } lost
            ? $"keys: the issued key pair {lost} is lost"
            : null;
    }
}
