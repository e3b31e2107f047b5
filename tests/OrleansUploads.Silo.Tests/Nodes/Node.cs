namespace OrleansUploads.Silo.Tests.Nodes;

/// <summary>A node that begins again after it was killed.</summary>
/// <param name="seed">The seed of its first life.</param>
/// <param name="list">The path of the list of uploads.</param>
/// <param name="silos">The silos.</param>
internal sealed class Node(int seed, string list, IReadOnlyList<Uri> silos) : IAsyncDisposable
{
    // Replaced and never changed, so that its answers can be read while it is killed.
    private CapturedProcess[] _lives = [UploadingNode.Start(seed, list, silos)];

    public bool HasEnded => _lives[^1].HasExited;

    /// <summary>How often it was killed.</summary>
    public int Kills => _lives.Length - 1;

    /// <summary>What it has answered in all its lives: the contents of uploads, with their archives.</summary>
    public IEnumerable<(int Content, string Archive)> Archives =>
        from life in _lives
        from answer in AnswersOf(life)
        where answer[0] == UploadingNode.Completed
        select (int.Parse(answer[1], CultureInfo.InvariantCulture), answer[2]);

    /// <summary>Kills it and starts it again, unless it has ended.</summary>
    public async Task KillAsync()
    {
        if (!HasEnded)
        {
            await _lives[^1].KillAsync();
            _lives = [.. _lives, UploadingNode.Start(unchecked(seed + (7919 * _lives.Length)), list, silos)];
        }
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <param name="uploads">The number of uploads that it must have completed then.</param>
    /// <param name="patience">How long it may take from now on.</param>
    /// <returns>What was wrong.</returns>
    public async Task<IReadOnlyList<string>> EndAsync(int uploads, TimeSpan patience)
    {
        var last = _lives[^1];
        var code = await last.WaitForExitAsync(patience);
        var completed = AnswersOf(last).Count(static answer => answer[0] == UploadingNode.Completed);
        return
        [
            .. code == 0 && completed == uploads ? [] : (string[])[$"A node ended with code {code} and {completed} of {uploads} archives. {last}"],
            .. from life in _lives
            from answer in AnswersOf(life)
            where answer[0] == UploadingNode.Unwritten
            select $"Part {answer[2]} of content {answer[1]} counts, although it was never written.",
        ];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var life in _lives)
        {
            await life.DisposeAsync();
        }
    }

    private static IEnumerable<string[]> AnswersOf(CapturedProcess life) =>
        life.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' '));
}
