namespace OrleansUploads.TestKit.Races;

/// <summary>What clients were told in one round, which has a key and an upload of its own. Thread-safe.</summary>
/// <remarks>The judgement has two halves: the key's history must be possible in some order, and the upload must have ended in one way
/// only.</remarks>
/// <param name="key">The key.</param>
/// <param name="isKilled">Whether the server is killed in this round.</param>
/// <param name="moreBytes">How much longer than usual the contents are.</param>
public sealed class Round(string key, bool isKilled = false, int moreBytes = 0)
{
    private const int Absent = 0;
    private const string Missing = "NoSuchKey";
    private const string Refused = "PreconditionFailed";
    private const string Gone = "NoSuchUpload";
    private const string Busy = "OperationAborted";

    private readonly Lock _gate = new();
    private readonly KeyHistory _history = new();
    private readonly List<RaceContent> _contents = [];
    private readonly List<string> _flaws = [];
    private readonly Dictionary<string, UploadFacts> _uploads = [];
    private long _instant;

    public string Key { get; } = key;

    /// <summary>Whether the server is killed in this round, so that requests may fail.</summary>
    public bool IsKilled { get; } = isKilled;

    public RaceContent NewContent(bool isMultipart)
    {
        lock (_gate)
        {
            var content = new RaceContent(_contents.Count + 1, isMultipart, moreBytes);
            _contents.Add(content);
            return content;
        }
    }

    /// <summary>Records a put or a deletion.</summary>
    public async Task WriteAsync(RaceContent? content, bool mustBeAbsent, RaceContent? replaced, Func<Task<RaceAnswer>> request)
    {
        var write = Begin(content, mustBeAbsent ? Absent : replaced?.Value);
        var answer = await request();
        lock (_gate)
        {
            // A request without an answer has ended with its server.
            write.EndWork(++_instant);
            if (answer.IsSuccess)
            {
                Done(write);
                Expect(content is null || answer.Text == content.ETag, $"A put returned the ETag {answer.Text}.");
            }
            else if (!answer.IsNone)
            {
                write.HasNoEffect = true;
                // The object that it should replace may be missing, if its own write got no answer.
                Expect(
                    answer.Code == Refused ? write.Condition is not null : answer.Code == Missing && IsKilled && replaced is not null,
                    $"A write was refused with {answer.Code}.");
                AddFailedCondition(write);
            }
        }
    }

    /// <summary>Records a read.</summary>
    public async Task<bool> ReadAsync(Func<Task<(RaceAnswer Answer, byte[] Bytes)>> request)
    {
        var start = Tick();
        var (answer, bytes) = await request();
        lock (_gate)
        {
            if (answer.IsNone)
            {
                return false;
            }

            var content = _contents.Find(content => content.Bytes.AsSpan().SequenceEqual(bytes));
            Expect(
                answer.IsSuccess ? content?.ETag == answer.Text : answer.Code == Missing,
                $"A read got {answer.Code} {answer.Text} and {bytes.Length} bytes of content {content?.Value}.");
            var value = answer.IsSuccess ? content?.Value ?? -1 : Absent;
            _history.Add(new KeyOperation { Action = KeyAction.Read, Value = value, Start = start, End = ++_instant });
            return true;
        }
    }

    /// <summary>Records a completion.</summary>
    public async Task<RaceAnswer> CompleteAsync(
        string upload, RaceContent content, bool mustBeAbsent, Func<Task<RaceAnswer>> request)
    {
        var facts = Of(upload);
        KeyOperation write;
        long start;
        lock (_gate)
        {
            // However often a completion is repeated, it publishes once.
            start = ++_instant;
            if (!facts.Writes.TryGetValue(content, out write!))
            {
                facts.Writes[content] = write = NewWrite(content, mustBeAbsent ? Absent : null, start);
            }

            write.BeginWork();
        }

        var answer = await request();
        lock (_gate)
        {
            write.EndWork(++_instant);
            if (answer.IsSuccess)
            {
                facts.Completed.Add(content);
                Done(write);
                Expect(answer.Text == content.ETag, $"A completion returned the ETag {answer.Text}.");
            }
            else if (answer.Code == Refused && mustBeAbsent)
            {
                AddFailedCondition(write, start);
            }
            else if (!answer.IsNone)
            {
                facts.Refusals.Add(answer.Code!);
            }
        }

        return answer;
    }

    public Task AbortAsync(string upload, Func<Task<RaceAnswer>> request) =>
        RecordAsync(upload, request, static facts => facts.AbortsSent++, static facts => facts.IsAborted = true);

    /// <summary>Records the upload of another version of the part that completions name.</summary>
    public Task ReplaceAsync(string upload, Func<Task<RaceAnswer>> request) =>
        RecordAsync(upload, request, static facts => facts.ReplacementsSent++, static facts => facts.IsReplaced = true);

    /// <summary>Describes why the answers are not possible, or null if they are.</summary>
    public string? FindFlaw(RaceContent? original = null)
    {
        lock (_gate)
        {
            foreach (var (upload, facts) in _uploads)
            {
                Expect(facts.Completed.Count < 2, $"{upload} was completed with two contents.");
                Expect(!facts.IsAborted || facts.Completed.Count == 0, $"{upload} was both aborted and completed.");
                Expect(
                    !facts.IsReplaced || original is null || !facts.Completed.Contains(original),
                    $"{upload} was completed with a part that had been replaced.");
                Expect(
                    facts.Refusals.TrueForAll(code => IsAllowed(code, facts)),
                    $"Completions of {upload} were refused with {string.Join(", ", facts.Refusals.Distinct())}.");
                foreach (var write in facts.Writes.Where(write => facts.IsAborted || !facts.Completed.IsSubsetOf([write.Key])))
                {
                    write.Value.HasNoEffect = true;
                }
            }

            return _flaws.Count > 0 ? $"{string.Join('\n', _flaws)}\n{_history}"
                : _history.IsPossible() == true ? null
                : $"The answers are not possible in any order:\n{_history}";
        }
    }

    private static bool IsAllowed(string code, UploadFacts facts) => code switch
    {
        Gone => facts.AbortsSent > 0 && facts.Completed.Count == 0,
        "InvalidPart" => facts.ReplacementsSent > 0,
        Busy => facts.Writes.Count > 1,
        _ => false,
    };

    /// <summary>Records a request that only an open upload accepts.</summary>
    private async Task RecordAsync(
        string upload, Func<Task<RaceAnswer>> request, Action<UploadFacts> onSent, Action<UploadFacts> onSuccess)
    {
        var facts = Of(upload);
        lock (_gate)
        {
            onSent(facts);
        }

        var answer = await request();
        lock (_gate)
        {
            if (answer.IsSuccess)
            {
                onSuccess(facts);
            }
            else if (!answer.IsNone)
            {
                Expect(answer.Code is Gone or Busy, $"A part or an abort was refused with {answer.Code}.");
            }
        }
    }

    private UploadFacts Of(string upload)
    {
        lock (_gate)
        {
            return _uploads.TryGetValue(upload, out var facts) ? facts : _uploads[upload] = new UploadFacts();
        }
    }

    private long Tick()
    {
        lock (_gate)
        {
            return ++_instant;
        }
    }

    private KeyOperation Begin(RaceContent? content, int? condition)
    {
        lock (_gate)
        {
            var write = NewWrite(content, condition, ++_instant);
            write.BeginWork();
            return write;
        }
    }

    private KeyOperation NewWrite(RaceContent? content, int? condition, long start)
    {
        var write = new KeyOperation
        {
            Action = content is null ? KeyAction.Delete : KeyAction.Write,
            Value = content?.Value ?? Absent,
            Condition = condition,
            Start = start,
            IsOptional = true,
        };
        _history.Add(write);
        return write;
    }

    private void Done(KeyOperation write)
    {
        if (write.IsOptional)
        {
            (write.IsOptional, write.End) = (false, ++_instant);
        }
    }

    private void AddFailedCondition(KeyOperation write, long? start = null) => _history.Add(new KeyOperation
    {
        Action = KeyAction.ConditionFailed,
        Condition = write.Condition,
        Start = start ?? write.Start,
        End = ++_instant,
    });

    private void Expect(bool holds, string flaw)
    {
        if (!holds)
        {
            _flaws.Add(flaw);
        }
    }

    /// <summary>What clients were told of one upload.</summary>
    private sealed class UploadFacts
    {
        public Dictionary<RaceContent, KeyOperation> Writes { get; } = [];

        /// <summary>The contents with which a completion succeeded.</summary>
        public HashSet<RaceContent> Completed { get; } = [];

        public List<string> Refusals { get; } = [];

        public int AbortsSent { get; set; }

        public bool IsAborted { get; set; }

        public int ReplacementsSent { get; set; }

        public bool IsReplaced { get; set; }
    }
}
