using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Simulation.PowerCut;

/// <summary>The key pairs that a server or <c>keys add</c> has told somebody: each must be there for good.</summary>
internal sealed class HandedOutKeys(string dataFolder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HashSet<string> _handedOut = [];

    /// <summary>The key pair that the server created at its first start, or later because it found none.</summary>
    public (string AccessKeyId, string Secret) ReadFirst()
    {
        var first = KeyFile.InFolder(dataFolder).Read()[0];
        _handedOut.Add(first.AccessKeyId);
        return (first.AccessKeyId, first.SecretAccessKey);
    }

    /// <summary>Makes a pair as an operator does.</summary>
    /// <param name="gone">Ends when the machine is gone; the pair is in doubt then.</param>
    /// <returns>Whether it was handed out.</returns>
    public async Task<bool> AddAsync(Task gone)
    {
        await using var process = CommandLine.Start(["keys", "add", "--data", dataFolder]);
        var exit = process.WaitForExitAsync(Patience);
        await Task.WhenAny(exit, gone);
        if (!exit.IsCompleted || await exit != 0)
        {
            return false;
        }

        _handedOut.Add(new CommandResult(0, process.Output, process.Error).Value("AWS_ACCESS_KEY_ID"));
        return true;
    }

    /// <summary>Looks for those that are gone.</summary>
    /// <returns>What is wrong; null for nothing.</returns>
    public string? FindLost()
    {
        var there = KeyFile.InFolder(dataFolder).Read().Select(pair => pair.AccessKeyId).ToHashSet();
        return _handedOut.FirstOrDefault(key => !there.Contains(key)) is { } lost
            ? $"keys: the issued key pair {lost} is lost"
            : null;
    }
}
