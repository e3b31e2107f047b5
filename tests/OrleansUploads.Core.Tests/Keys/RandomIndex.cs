using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Messages.Keys;
using OrleansUploads.Core.Values;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Keys;

/// <summary>Random publications, deletions and repeated messages in an index of objects, compared with a sorted dictionary.</summary>
internal sealed class RandomIndex
{
    private readonly Random _random;
    private readonly IndexBench _index;
    private readonly SortedDictionary<string, KeyEntry> _model = new(ObjectKey.Utf8Order);
    private readonly List<(PublishObject Command, bool IsPublished, bool IsSettled)> _decided = [];
    private readonly HashSet<UploadId> _gone = [];
    private readonly int _keys;
    private bool _isShrinking;
    private int _uploads;

    public RandomIndex(int seed, Decider<KeyLeafState, KeyLeafCommand, KeyLeafEvent> leaves)
    {
        _random = new Random(seed);
        _keys = _random.Next(3) switch { 0 => 15, 1 => 40, _ => 400 };
        _index = new IndexBench(leaves, SomeObject.Objects, _random);
    }

    public int Leaves => _index.Leaves;

    public int GivenLeaves => _index.GivenLeaves;

    public int LinksFollowed => _index.LinksFollowed;

    /// <summary>The number of publications that the index could not tell from those that it has forgotten.</summary>
    public int Outdated { get; private set; }

    /// <summary>Makes random steps. Returns what is wrong, or null.</summary>
    public string? Run(int steps)
    {
        try
        {
            for (var step = 0; step < steps; step++)
            {
                if (Step() is { } wrong)
                {
                    return $"step {step}: {wrong}";
                }
            }

            _index.DeliverAll();
            return Compare(100)
                ?? (_index.Released.SetEquals(_gone) ? null : "the released uploads are not those of replaced and deleted objects");
        }
        catch (Exception fault) when (fault is InvalidOperationException or InvalidCastException or Xunit.Sdk.XunitException)
        {
            return fault.Message;
        }
    }

    private string? Step()
    {
        _index.Pass(TimeSpan.FromMilliseconds(_random.Next(10)));

        // Leaves become empty only if keys are deleted for a while.
        _isShrinking = _random.Next(60) == 0 ? !_isShrinking : _isShrinking;
        switch (_random.Next(20))
        {
            case < 9 when !_isShrinking:
                return Publish(RandomKey());
            case < 9:
                return Delete(ExistingKey()) ?? Settle();
            case < 11:
                return Delete(RandomKey());
            case < 13:
                return Find(RandomKey());
            case 13:
                return Repeat();
            case 14:
                return Settle();
            case 15:
                return Compare(_random.Next(1, 30));
            case 16 when _random.Next(5) == 0:
                _index.Reload();
                return null;
            default:
                _index.DeliverOne();
                return null;
        }
    }

    private string? Publish(string key)
    {
        // The clocks of the uploads differ by up to 10 ms.
        var completedAt = _index.Now - TimeSpan.FromMilliseconds(_random.Next(10));
        var entry = SomeObject.Entry(key, ++_uploads, $"{_uploads}") with { At = completedAt };
        var exists = _model.TryGetValue(key, out var current);
        PublishCondition? condition = _random.Next(8) switch
        {
            0 or 1 => PublishCondition.MustBeAbsent,
            2 => new PublishCondition(_random.Next(2) == 0 && exists ? current!.ETag : SomeObject.ETag("none")),
            3 => PublishCondition.MustBePresent,
            _ => null,
        };
        var holds = condition switch
        {
            null => true,
            { IfMatch: { } tag } => exists && current!.ETag == tag,
            { MustExist: true } => exists,
            _ => !exists,
        };
        var command = new PublishObject(entry, 1, condition);
        var verdict = _index.Send(new KeyPosition(key), command);
        while (verdict is PublicationVerdict.Outdated outdated)
        {
            Outdated++;
            entry = entry with { At = outdated.NewTime };
            command = new PublishObject(entry, command.Round + 1, condition);
            verdict = _index.Send(new KeyPosition(key), command);
        }

        PublicationVerdict expected = holds
            ? new PublicationVerdict.Published()
            : new PublicationVerdict.ConditionFailed(exists);
        if (!verdict.Equals(expected))
        {
            return $"publishing {key} got {verdict} instead of {expected}";
        }

        if (holds)
        {
            if (exists)
            {
                _gone.Add(current!.Upload);
            }

            _model[key] = entry;
        }

        _decided.Add((command, IsPublished: holds, IsSettled: !holds));
        return null;
    }

    private string? Delete(string key)
    {
        var answer = _index.Send(new KeyPosition(key), new DeleteObject(SomeObject.Key(key), Condition: null));
        if (_model.Remove(key, out var removed))
        {
            _gone.Add(removed.Upload);
        }

        return answer is Done ? null : $"deleting {key} got {answer}";
    }

    private string? Find(string key)
    {
        var answer = _index.Send(new KeyPosition(key), new FindObject(SomeObject.Key(key)));
        return _model.TryGetValue(key, out var expected) == answer is KeyEntry && (expected is null || expected.Equals(answer))
            ? null
            : $"finding {key} got {answer} instead of {expected}";
    }

    /// <summary>A message that was answered arrives again. The object may have been replaced or deleted since.</summary>
    private string? Repeat()
    {
        // The current objects are known, and of the others the newest are remembered.
        var mustBeKnown = _random.Next(3) > 0;
        var repeatable = !mustBeKnown ? _decided
            : _random.Next(2) == 0 ? _decided.TakeLast(KeyLeafEvolution.MaxSettled / 2).ToList()
            : _decided.FindAll(decided =>
                _model.GetValueOrDefault(decided.Command.Entry.Key.ToString())?.Upload == decided.Command.Entry.Upload);
        if (repeatable.Count == 0)
        {
            return null;
        }

        var (command, isPublished, isSettled) = repeatable[_random.Next(repeatable.Count)];
        var verdict = _index.Send(new KeyPosition(command.Entry.Key.ToString()), command);
        Outdated += verdict is PublicationVerdict.Outdated ? 1 : 0;
        return verdict is PublicationVerdict.Published == isPublished
            || (verdict is PublicationVerdict.Outdated && isSettled && !mustBeKnown)
            ? Compare(50)
            : $"the repeated {command} got {verdict}";
    }

    private string? Settle()
    {
        var at = _decided.FindIndex(decided => !decided.IsSettled);
        if (at < 0)
        {
            return null;
        }

        var command = _decided[at].Command;
        _decided[at] = (command, IsPublished: true, IsSettled: true);
        var entry = command.Entry;
        var answer = _index.Send(new KeyPosition(entry.Key.ToString()), new SettlePublication(entry.Key, entry.Upload));
        return answer is Done ? null : $"settling got {answer}";
    }

    private string? Compare(int limit)
    {
        var listed = _index.ReadAll(limit);
        if (!listed.SequenceEqual(_model.Values))
        {
            return $"the index lists {listed.Count} entries instead of {_model.Count}, or others";
        }

        return _index.Released.FirstOrDefault(upload => !_gone.Contains(upload)) is { } wrong && wrong != default
            ? $"the current object's upload {wrong} was released"
            : null;
    }

    /// <summary>A key that has an object, mostly one beside the key that was deleted before.</summary>
    private string ExistingKey() => _model.Count == 0 ? RandomKey()
        : _random.Next(4) > 0 ? _model.Keys.ElementAt(_model.Count / 2) : _model.Keys.ElementAt(_random.Next(_model.Count));

    private string RandomKey() => _random.Next(10) == 0
        ? $"é/\uFFFD{(_random.Next(2) == 0 ? "\U0001F600" : "\uFF5E")}{_random.Next(_keys)}"
        : $"photos/{_random.Next(_keys):d4}";
}
