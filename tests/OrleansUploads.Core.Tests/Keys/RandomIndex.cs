namespace OrleansUploads.Core.Tests.Keys;

/// <summary>Random publications, deletions and repeated messages in an index of objects, compared with a sorted dictionary.</summary>
internal sealed class RandomIndex
{
    private readonly Random _random;
    private readonly IndexBench _index;
    private readonly SortedDictionary<string, KeyEntry> _model = new(ObjectKey.Utf8Order);
    private readonly List<(PublishObject Command, bool IsPublished, bool IsSettled)> _decided = [];
    private readonly List<(PublishObject Command, int Began)> _interrupted = [];
    private readonly Dictionary<string, (int At, int? Began)> _changes = [];
    private int _step;
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

    /// <summary>The number of interrupted publications that came after another change of their key.</summary>
    public int Late { get; private set; }

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
        _step++;
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
            case 17:
                Interrupt(RandomKey());
                return null;
            case 18:
                return Resume();
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
        var command = Prepare(key);
        var holds = Holds(command);
        var exists = _model.ContainsKey(key);
        PublicationVerdict expected = holds ? new PublicationVerdict.Published() : new PublicationVerdict.ConditionFailed(exists);
        var verdict = _index.Send(new KeyPosition(key), command);
        if (!verdict.Equals(expected))
        {
            return $"publishing {key} got {verdict} instead of {expected}";
        }

        if (holds)
        {
            Published(command, _step);
        }

        _decided.Add((command, IsPublished: holds, IsSettled: !holds));
        return null;
    }

    /// <summary>A publication has its ticket, and then its request is interrupted.</summary>
    private void Interrupt(string key) => _interrupted.Add((Prepare(key), _step));

    /// <summary>The message of an interrupted publication arrives.</summary>
    private string? Resume()
    {
        if (_interrupted.Count == 0)
        {
            return null;
        }

        var at = _random.Next(_interrupted.Count);
        var (command, began) = _interrupted[at];
        _interrupted.RemoveAt(at);
        var key = command.Entry.Key.ToString();
        var (holds, exists) = (Holds(command), _model.ContainsKey(key));
        var isChanged = _changes.TryGetValue(key, out var newest) && newest.At >= began;
        Late += isChanged ? 1 : 0;
        var mayCome = !isChanged || (command.Condition is null && newest.Began < began);
        var verdict = _index.Send(new KeyPosition(key), command);
        switch (verdict)
        {
            case PublicationVerdict.Published when holds && mayCome:
                Published(command, began);
                break;
            case PublicationVerdict.Overtaken when holds && (isChanged || !exists):
            case PublicationVerdict.Overwritten when isChanged && newest.Began > began && command.Condition is null:
            case PublicationVerdict.ConditionFailed when !holds:
                break;
            default:
                return $"the interrupted {command} of step {began} got {verdict} after a change in step {newest.At}";
        }

        _decided.Add((command, verdict is PublicationVerdict.Published, IsSettled: verdict is not PublicationVerdict.Published));
        return Compare(50);
    }

    private PublishObject Prepare(string key)
    {
        var entry = SomeObject.Entry(key, ++_uploads, $"{_uploads}") with { At = _index.Now };
        var exists = _model.TryGetValue(key, out var current);
        PublishCondition? condition = _random.Next(8) switch
        {
            0 or 1 => PublishCondition.MustBeAbsent,
            2 => new PublishCondition(_random.Next(2) == 0 && exists ? current!.ETag : SomeObject.ETag("none")),
            3 => PublishCondition.MustBePresent,
            _ => null,
        };
        KeyLeafCommand ask = _random.Next(4) == 0 ? new IssueTicket(entry.Key) : new TakeTicket(entry.Key);
        return new PublishObject(entry, 1, condition, ((KeyTicket)_index.Send(new KeyPosition(key), ask)).Number);
    }

    private bool Holds(PublishObject command)
    {
        var exists = _model.TryGetValue(command.Entry.Key.ToString(), out var current);
        return command.Condition switch
        {
            null => true,
            { IfMatch: { } tag } => exists && current!.ETag == tag,
            { MustExist: true } => exists,
            _ => !exists,
        };
    }

    private void Published(PublishObject command, int began)
    {
        var key = command.Entry.Key.ToString();
        if (_model.TryGetValue(key, out var replaced))
        {
            _gone.Add(replaced.Upload);
        }

        _model[key] = command.Entry;
        _changes[key] = (_step, command.Condition is null ? began : null);
    }

    private string? Delete(string key)
    {
        var answer = _index.Send(new KeyPosition(key), new DeleteObject(SomeObject.Key(key), Condition: null));
        _changes[key] = (_step, null);
        if (_model.Remove(key, out var removed))
        {
            _gone.Add(removed.Upload);
        }

        return answer is Done ? null : $"deleting {key} got {answer}";
    }

    private string? Find(string key)
    {
        var answer = _index.Send(new KeyPosition(key), new FindObject(SomeObject.Key(key)));
        var found = answer is KeyEntry entry ? Bare(entry) : null;
        return found == _model.GetValueOrDefault(key) ? null : $"finding {key} got {answer}";
    }

    private static KeyEntry Bare(KeyEntry entry) => entry with { Change = default };

    /// <summary>A message that was answered arrives again. The object may have been replaced or deleted since.</summary>
    private string? Repeat()
    {
        if (_decided.Count == 0)
        {
            return null;
        }

        var (command, isPublished, isSettled) = _decided[_random.Next(_decided.Count)];
        var key = command.Entry.Key.ToString();
        var mustBeKnown = isPublished && (!isSettled || _model.GetValueOrDefault(key)?.Upload == command.Entry.Upload);
        var verdict = _index.Send(new KeyPosition(key), command);
        return mustBeKnown == verdict is PublicationVerdict.Published ? Compare(50) : $"the repeated {command} got {verdict}";
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
        if (!listed.Select(Bare).SequenceEqual(_model.Values))
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
