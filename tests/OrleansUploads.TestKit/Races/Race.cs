namespace OrleansUploads.TestKit.Races;

/// <summary>Requests that race for one key.</summary>
/// <param name="Requests">Sends the requests, which begin at the same time.</param>
/// <param name="Settle">Repeats what must have an answer when the race is over, after a kill too.</param>
/// <param name="Original">The content of the part before clients replaced it, or null if none does.</param>
public sealed record Race(IReadOnlyList<Func<Task>> Requests, Func<Task> Settle, RaceContent? Original = null)
{
    /// <summary>Whether <see cref="Settle"/> does not wait until a killed server is ready again, and whether the key is read again some
    /// seconds later, because the server may then do what was left to do.</summary>
    public bool SettlesAtOnce { get; init; }

    private const int Completions = 64;

    /// <summary>Every race, by name. Each prepares a round.</summary>
    public static IReadOnlyDictionary<string, Func<RaceClient, Round, Task<Race>>> All { get; } =
        new Dictionary<string, Func<RaceClient, Round, Task<Race>>>
        {
            ["64 completions"] = async (client, round) =>
            {
                var (upload, content) = await BeginAsync(client, round);
                return new Race(Times(Completions, () => client.CompleteAsync(upload, content)), CompleteAgain(client, upload, content));
            },
            ["completions and aborts"] = async (client, round) =>
            {
                var (upload, content) = await BeginAsync(client, round);
                return new Race(
                    [.. Times(4, () => client.CompleteAsync(upload, content)), .. Times(4, () => client.AbortAsync(upload))],
                    CompleteAgain(client, upload, content));
            },
            ["completions and other versions of the part"] = async (client, round) =>
            {
                var (upload, content) = await BeginAsync(client, round);
                var other = round.NewContent(isMultipart: true);
                return new Race(
                    [
                        .. Times(4, () => client.CompleteAsync(upload, content)),
                        .. Times(3, () => client.ReplacePartAsync(upload, other)),
                    ],
                    async () =>
                    {
                        // If the part was replaced, the upload is still open and its new part can be completed.
                        if (await client.CompleteAsync(upload, content) is { IsSuccess: false })
                        {
                            await client.CompleteAsync(upload, other);
                        }
                    },
                    content);
            },
            ["completions and overwrites"] = async (client, round) =>
            {
                await client.PutAsync(round.NewContent(isMultipart: false));
                var (upload, content) = await BeginAsync(client, round);
                return new Race(
                    [
                        .. Times(4, () => client.CompleteAsync(upload, content)),
                        .. Times(3, () => client.PutAsync(round.NewContent(isMultipart: false))),
                        .. Times(3, client.RaceReadAsync),
                    ],
                    CompleteAgain(client, upload, content));
            },
            ["completions and deletions"] = async (client, round) =>
            {
                await client.PutAsync(round.NewContent(isMultipart: false));
                var (upload, content) = await BeginAsync(client, round);
                return new Race(
                    [
                        .. Times(4, () => client.CompleteAsync(upload, content)),
                        .. Times(3, client.DeleteAsync),
                        .. Times(3, client.RaceReadAsync),
                    ],
                    CompleteAgain(client, upload, content));
            },
            ["creations by puts"] = (client, round) => Task.FromResult(new Race(
                Times(2, () => client.PutAsync(round.NewContent(isMultipart: false), mustBeAbsent: true)), Nothing)),
            ["creations by a put and a completion"] = async (client, round) =>
            {
                var (upload, content) = await BeginAsync(client, round);
                return new Race(
                    [
                        () => client.CompleteAsync(upload, content, mustBeAbsent: true),
                        () => client.PutAsync(round.NewContent(isMultipart: false), mustBeAbsent: true),
                    ],
                    Nothing);
            },
            ["creations by completions"] = async (client, round) =>
            {
                var (first, second) = (await BeginAsync(client, round), await BeginAsync(client, round));
                return new Race(
                    [
                        () => client.CompleteAsync(first.Upload, first.Content, mustBeAbsent: true),
                        () => client.CompleteAsync(second.Upload, second.Content, mustBeAbsent: true),
                    ],
                    Nothing);
            },
        };

    /// <summary>Writes that a kill may interrupt, by name. Each is followed by another write, or by a deletion, which is repeated until it
    /// is acknowledged. From then on, every read must show that one.</summary>
    public static IReadOnlyDictionary<string, Func<RaceClient, Round, Task<Race>>> Interrupted { get; } = (
        from write in new Dictionary<string, Func<RaceClient, Round, Task<Func<Task>>>>
        {
            ["put"] = (client, round) => Task.FromResult(() => client.PutAsync(round.NewContent(isMultipart: false))),
            ["completion"] = async (client, round) =>
            {
                var (upload, content) = await BeginAsync(client, round);
                return () => client.CompleteAsync(upload, content);
            },
            ["copy"] = async (client, round) =>
            {
                var content = round.NewContent(isMultipart: false);
                await client.StoreSourceAsync(content);
                return () => client.CopyAsync(content);
            },
            ["creation"] = (client, round) => Task.FromResult(
                () => client.PutAsync(round.NewContent(isMultipart: false), mustBeAbsent: true)),
            ["replacement"] = async (client, round) =>
            {
                var before = round.NewContent(isMultipart: false);
                await client.PutAsync(before);
                return () => client.PutAsync(round.NewContent(isMultipart: false), replaced: before);
            },
        }
        from isDeleted in (bool[])[false, true]
        select (write, isDeleted)).ToDictionary(
            static race => $"{race.write.Key}, {(race.isDeleted ? "deleted" : "overwritten")}",
            static race => (Func<RaceClient, Round, Task<Race>>)(async (client, round) => new Race(
                [await race.write.Value(client, round)],
                () => client.OverwriteAsync(race.isDeleted ? null : round.NewContent(isMultipart: false)))
            {
                SettlesAtOnce = true,
            }));

    private static Task Nothing() => Task.CompletedTask;

    private static async Task<(string Upload, RaceContent Content)> BeginAsync(RaceClient client, Round round)
    {
        var content = round.NewContent(isMultipart: true);
        return (await client.BeginUploadAsync(content), content);
    }

    private static Func<Task> CompleteAgain(RaceClient client, string upload, RaceContent content) =>
        () => client.CompleteAsync(upload, content);

    private static Func<Task>[] Times(int count, Func<Task> request) => [.. Enumerable.Repeat(request, count)];
}
