namespace OrleansUploads.Simulation.Objects;

/// <summary>Clients that restore archived objects, and check what they are told about restores.</summary>
internal sealed class ArchivingClients(SimulatedWorld world, ProcessCalls calls, ObjectModel model, SeededRandom random)
{
    private readonly Dictionary<string, RestoreHistory> _histories = model.Archived.ToDictionary(
        key => key,
        _ => new RestoreHistory(
            TimeSpan.FromSeconds(world.Options.RetrievalSeconds), TimeSpan.FromMilliseconds(world.Options.SkewMilliseconds)));

    public Task RestoreAsync() => RestoreAsync(model.Archived[random.Below(model.Archived.Count)]);

    public async Task<bool> RestoreAsync(string key)
    {
        var days = random.Between(1, RestoreHistory.MaxDays);
        var tier = random.Chance(500) ? RetrievalTier.Standard : RetrievalTier.Bulk;
        var asked = world.Clock.Now;
        var request = _histories[key].Ask(asked);
        var outcome = await calls.SendAsync($"restore {key}", async process =>
        {
            var (entry, answer, _) = await process.Paths.CurrentObject.AskTrackedAsync(
                SomeObject.Named(key), new RestoreObject(SomeObject.Named(key), days, tier), CancellationToken.None);
            return new Outcome<Answered>(new Answered(entry, answer));
        });
        if (outcome is not { Answer: var (entry, answer) })
        {
            return false;
        }

        var value = entry?.ETag is { } tag ? model.ValueOf(tag) : 0;
        if (answer.TryGet(out var accepted, out var refusal))
        {
            // The answer tells the state before it, so the request itself must not explain it.
            _histories[key].Refused(request);
            Judge(key, value, accepted.WasReadable, asked);
            var known = _histories[key].Ask(asked);
            (known.Value, known.AnsweredAt) = (value, world.Clock.Now);
            return true;
        }

        _histories[key].Refused(request);
        if (refusal is ObjectRefusal.RestoreInProgress)
        {
            See(key, value, new RestoreStatus(ReadableUntil: null), asked);
        }
        else if (refusal is not (ObjectRefusal.KeyNotFound or ObjectRefusal.UploadCompleting))
        {
            world.Fail($"restores: a restore of {key} got {refusal}");
        }

        return true;
    }

    public void See(string key, int value, RestoreStatus? status, DateTimeOffset asked)
    {
        if (_histories.TryGetValue(key, out var history) && history.Judge(value, status, asked, world.Clock.Now) is { } wrong)
        {
            world.Fail($"restores: {key} with content {value}: {wrong}");
        }
    }

    /// <summary>Whether an archived object is read at all.</summary>
    public bool IsArchived(string key) => _histories.ContainsKey(key);

    /// <summary>A restore that counts days anew says that the object was readable, and one that begins says that it was not.</summary>
    private void Judge(string key, int value, bool wasReadable, DateTimeOffset asked) => See(
        key, value, wasReadable ? new RestoreStatus(world.Clock.Now + TimeSpan.FromDays(1)) : null, asked);

    private sealed record Answered(KeyEntry? Entry, Outcome<RestoreAccepted> Answer);
}
